"""Character Cards (https://github.com/kwaroran/character-card-spec-v3): read, written, and turned into packs.

A card says who a character is, in words for a language model. A pack says more: what is known and from where, what must
and must not be said, in two languages. So an imported card becomes a draft, and `shuren persona check` tells what is to
be filled in. Nothing of a card is an instruction to Shuren: its prompts are left out, its words are data of the pack.
"""
