"""Written text before it is pronounced: how figures are read, and where a sentence may be cut."""
