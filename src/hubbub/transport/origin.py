"""Which web pages may open a connection (threat S1): those of this server, and those that the operator names.

A browser says where a page comes from; other programs say nothing, and have no cookies that could be misused.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

ANY = "*"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """`allowed` are origins such as `https://chat.example.org`; `*` is everybody."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = {_normal(origin) for origin in allowed if origin != ANY}
        self._any = ANY in allowed

    def allows(self, origin: str | None, host: str | None) -> bool:
        """`host` is the request's Host header: a page of the same host and port is ours."""
        if origin is None or self._any:
            return True
        given = _normal(origin)
        if given is None:
            return False
        return given in self._allowed or _is_same(given, host)


def _normal(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no origin (RFC 6454 §7), such as `null`."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.username is not None:
        return None
    if parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port


def _is_same(origin: tuple[str, str, int], host: str | None) -> bool:
    """TLS may end at a proxy, so the scheme only says which port is meant where none is named."""
    scheme, name, port = origin
    try:
        parts = urlsplit(f"//{host or ''}")
        return (parts.hostname, parts.port or _DEFAULT_PORTS.get(scheme)) == (name, port)
    except ValueError:
        return False
