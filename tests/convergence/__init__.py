"""Clients and model agree, whatever happens in whatever order (T06, T13)."""
