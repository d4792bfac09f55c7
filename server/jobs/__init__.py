"""Work that takes longer than a request: begun by one, looked at and cancelled by others."""
