"""Does the right answer get found? `shuren bench find`; docs/retrieval.md tells what it gives."""
