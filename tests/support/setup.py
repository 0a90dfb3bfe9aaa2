"""What is done once on a server that has just been made."""

import re
import time

from support.rest import Person, sign_up
from support.server import FACTOR, RunningServer

_TOKEN = re.compile(r'"token": "([^"]+)"')


def claim(server: RunningServer) -> Person:
    """A new person who becomes the first administrator, with the token that the server has printed."""
    admin = sign_up(server.url)
    admin.ok("POST", "/auth/claim-admin", {"token": printed_token(server)})
    return admin


def printed_token(server: RunningServer) -> str:
    """What the first administrator has to show; printed a moment after the line that says where the server listens."""
    deadline = time.monotonic() + 20 * FACTOR
    while (printed := _TOKEN.search(server.output())) is None:
        assert time.monotonic() < deadline, "the server offers nobody to become its administrator"
        time.sleep(0.01)
    return printed[1]
