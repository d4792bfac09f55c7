"""Who may use the service, from where and how much (docs/access.md)."""
