"""Unit tests, in folders named like those of src/hubbub."""
