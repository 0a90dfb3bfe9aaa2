"""What is done once on a server that has just been made."""

import re

from support.rest import Person, sign_up
from support.server import RunningServer


def claim(server: RunningServer) -> Person:
    """A new person who becomes the first administrator, with the token that the server has printed."""
    printed = re.search(r'"token": "([^"]+)"', server.output())
    assert printed is not None, "the server offers nobody to become its administrator"
    admin = sign_up(server.url)
    admin.ok("POST", "/auth/claim-admin", {"token": printed[1]})
    return admin
