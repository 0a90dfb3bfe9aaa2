"""Whose address a request comes from, also behind a reverse proxy."""

import ipaddress
from collections.abc import Sequence


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

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)
