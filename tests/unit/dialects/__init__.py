"""Unit tests of dialects; what all of them keep is in contracts/dialect.py."""
