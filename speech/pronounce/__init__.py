"""From words to sounds: Mandarin and English front ends for voices that speak phonemes."""
