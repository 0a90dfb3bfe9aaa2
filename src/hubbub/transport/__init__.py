"""Sockets: HTTP, WebSocket."""
