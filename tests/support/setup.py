"""What is done once on a server that has just been made."""

import re
import time

from support.rest import Person, sign_up
from support.server import FACTOR, RunningServer

SECONDS = 5


def claim(server: RunningServer) -> Person:
    """A new person who becomes the first administrator, with the token that the server has printed."""
    deadline = time.monotonic() + SECONDS * FACTOR
    # It is printed behind the address that the start waits for.
    while (printed := re.search(r'"token": "([^"]+)"', server.output())) is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    assert printed is not None, "the server offers nobody to become its administrator"
    admin = sign_up(server.url)
    admin.ok("POST", "/auth/claim-admin", {"token": printed[1]})
    return admin
