"""Which web pages may open a connection (threat S1): those of this server, and those that the operator names.

A browser says where a page comes from; other programs say nothing, and have no cookies that could be misused.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from hubbub.config import is_loopback
from hubbub.model.origins import ANY, DEFAULT_PORTS, Origin, parse


class Origins:
    """`allowed` are origins such as `https://chat.example.org`; `*` is everybody. `at_home`: only this machine
    connects, and calls itself so."""

    def __init__(self, allowed: Sequence[str], *, at_home: bool = False) -> None:
        self._at_home = at_home
        self._allowed = {parse(origin) for origin in allowed if origin != ANY}
        self._any = ANY in allowed

    def allows(self, origin: str | None, host: str | None) -> bool:
        """`host` is the request's Host header: a page of the same host and port is ours."""
        if origin is None or self._any:
            return True
        given = parse(origin)
        if given is None:
            return False
        return given in self._allowed or _is_same(given, host)

    def allows_page(self, origin: str | None, host: str | None, site: str | None) -> bool:
        """The same for a request that no token shows to be meant: browsers name no origin of a link or a picture, but
        say by `site` (Sec-Fetch-Site) that they stand on a page of elsewhere."""
        if origin is None and site in ("cross-site", "same-site"):
            return self._any
        return self.is_home(host) and self.allows(origin, host)

    def is_home(self, host: str | None) -> bool:
        """Whether a request came by a name that only this machine has, where only this machine connects: a page of
        elsewhere may let its own name lead here (DNS rebinding), and then is of the host that it calls."""
        return not self._at_home or self._any or _is_here(host)


def _is_here(host: str | None) -> bool:
    try:
        name = urlsplit(f"//{host or ''}").hostname or ""
    except ValueError:
        return False
    return is_loopback(name) or name.endswith(".localhost")


def _is_same(origin: Origin, host: str | None) -> bool:
    """TLS may end at a proxy, so the scheme only says which port is meant where none is named."""
    scheme, name, port = origin
    try:
        parts = urlsplit(f"//{host or ''}")
        return (parts.hostname, parts.port or DEFAULT_PORTS.get(scheme)) == (name, port)
    except ValueError:
        return False
