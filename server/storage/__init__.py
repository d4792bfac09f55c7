"""What the service keeps: conversations, consent, the audit log; in SQLite or PostgreSQL (docs/storage.md)."""
