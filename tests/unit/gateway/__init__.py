"""Unit tests of gateway."""
