"""The live connections of this node."""
