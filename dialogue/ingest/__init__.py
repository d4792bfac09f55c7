"""Documents become drafts of knowledge: read into blocks, cut into questions and answers, written for review.

Nothing here approves anything. Drafts go to `drafts/` of a pack, which no persona reads; what a document does not say
(a second language, more ways to ask, until when it holds) is left blank, so that `shuren persona check` names each gap
once a draft has been moved to `knowledge/`.
"""

from dialogue.ingest.blocks import Block, Document
from dialogue.ingest.drafts import Draft, drafts_of
from dialogue.ingest.read import read_document
from dialogue.ingest.write import drafts_file, write_drafts

__all__ = ["Block", "Document", "Draft", "drafts_file", "drafts_of", "read_document", "write_drafts"]
