"""The wire APIs, one package each. None imports another."""
