"""Ports whose time, chance or failure a test holds in its hand; named like their ports."""
