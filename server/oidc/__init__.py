"""Sign-in of operators with their organisation's account: OpenID Connect, code flow with PKCE (docs/access.md)."""
