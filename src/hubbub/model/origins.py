"""What an origin is (RFC 6454): scheme, host and port of a web page."""

from urllib.parse import urlsplit

ANY = "*"
DEFAULT_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]


def parse(text: str) -> Origin | None:
    """Scheme, host and port; None for what is no origin, such as `null` (RFC 6454 §7)."""
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or "*" in parts.hostname or port is None or parts.username is not None:
        return None
    if parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port


def canonical(text: str) -> str | None:
    """As browsers write it, or None; one slash at the end is forgiven."""
    found = parse(text.removesuffix("/"))
    if text == ANY or found is None:
        return text if text == ANY else None
    scheme, name, port = found
    host = f"[{name}]" if ":" in name else name
    return f"{scheme}://{host}" + (f":{port}" if port != DEFAULT_PORTS.get(scheme) else "")
