"""Whose address a request comes from, also behind a reverse proxy."""

import ipaddress
from collections.abc import Sequence

from starlette.requests import Request


class Addresses:
    """`trusted` are the proxies whose word is believed."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = [ipaddress.ip_network(network) for network in trusted]

    def client(self, peer: str, forwarded_for: str | None) -> str:
        """The last address in the chain that no trusted proxy vouches for."""
        if forwarded_for is None or not self._is_trusted(peer):
            return peer
        for hop in reversed(forwarded_for.split(",")):
            if not self._is_trusted(hop.strip()):
                return hop.strip()[:64] or peer
        return peer

    def of(self, request: Request) -> str:
        """The client of an HTTP request."""
        peer = request.client.host if request.client else ""
        # All of its lines: a proxy may add one of its own behind the client's.
        lines = request.headers.getlist("x-forwarded-for")
        return self.client(peer, ",".join(lines) if lines else None)

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)
