"""Hubbub: one chat server that speaks many chat protocols."""

__version__ = "0.1.0"
