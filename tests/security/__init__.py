"""Threats S1 to S27 and the guarantees of authority (T28, T29)."""
