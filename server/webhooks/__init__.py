"""Webhooks: integrators are told what happens, signed, until they have it (docs/api.md)."""
