"""The operator console: what it shows and does, for the page at /console (docs/console.md)."""
