"""What counts as an image, told by its first bytes: what a client calls a file proves nothing."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
MEDIA_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def media_type(content: bytes) -> str | None:
    """PNG, JPEG, GIF or WebP; None for anything else, SVG above all, which can hold scripts."""
    for start, found in _STARTS:
        if content.startswith(start):
            return found
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return "image/webp" if is_webp else None
