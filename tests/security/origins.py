"""S1: origins as browsers and attackers send them. `{host}`, `{name}` and `{port}` are the server's own."""

from typing import Final

ALLOWED: Final = ("https://good.example", "http://[2001:db8::1]:8080")

# Whether each is allowed where ALLOWED is; none of them is where nothing is.
ORIGINS: Final = {
    "https://good.example": True,
    "https://good.example:443": True,  # the same origin (RFC 6454 §5), though no browser writes it so
    "HTTPS://GOOD.example": True,  # as above
    "http://[2001:db8::1]:8080": True,
    "http://[2001:db8::1]": False,
    "http://[2001:db8::2]:8080": False,
    "http://good.example": False,
    "https://good.example:444": False,
    "https://good.example.": False,
    "https://good.example.evil": False,
    "https://evil-good.example": False,
    "https://sub.good.example": False,
    "https://evil/https://good.example": False,
    "https://evil#https://good.example": False,
    "https://evil?https://good.example": False,
    "https://good.example@evil": False,
    "https://evil@good.example": False,
    "https://good.example/path": False,
    "https://good.example:x": False,
    "https://good.example:99999": False,
    "https://good.example, https://evil": False,
    "null": False,
    "": False,
    "*": False,
    "good.example": False,
    "//good.example": False,
    "file://": False,
    "https://": False,
    "https://[": False,
    "chrome-extension://good.example": False,
    "http://{host}": False,  # the server's own page: see OF_SERVER
    "https://{host}": False,
    "http://{name}": False,
    "http://{name}.:{port}": False,
    "http://evil.{host}": False,
    "http://{host}@evil": False,
    "http://{host}.evil": False,
    "http://[::ffff:127.0.0.1]:{port}": False,
    "http://2130706433:{port}": False,
}
OF_SERVER: Final = frozenset(("http://{host}", "https://{host}"))
