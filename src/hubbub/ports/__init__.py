"""Protocols where there are two adapters, or where a test must hold time, chance or failure in its hand."""
