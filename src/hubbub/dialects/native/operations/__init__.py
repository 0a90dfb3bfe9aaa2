"""The table of REST operations, by noun. Paths are below `/api/v1`."""
