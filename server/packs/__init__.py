"""Packs by REST: taken in, checked, kept by version, built, put to use and taken back (docs/api.md)."""
