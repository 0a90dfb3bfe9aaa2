"""Tokens, passwords, and the secret that signs."""
