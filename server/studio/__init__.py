"""Live shows: a rundown, viewers' comments, and an operator at a desk (docs/studio.md)."""
