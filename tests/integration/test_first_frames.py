"""T34 on paths that are several dialects': wrong first frames, and who says later that they are another's."""

import re

import pytest

from support.raw import BINARY, CLOSE, TEXT, Raw, declared, frame
from support.rest import sign_up
from support.rubbish import FOREIGN, LIMIT, RUBBISH, require_nothing_inside
from support.server import RunningServer
from support.wires import ENGINE, WIRES

SETTLES = re.compile(
    rb"token|from_user_id"
)  # what is of one dialect, and signs in there or may do so


@pytest.mark.parametrize("path", ["/ws", "/"])
@pytest.mark.parametrize("first", [*RUBBISH[:26], *FOREIGN], ids=lambda f: repr(f[:30]))
def test_t34_wrong_first_frame_leaves_the_connection_to_who_begins_again(
    server: RunningServer, path: str, first: bytes
) -> None:
    """Where it was a sign-in, it is refused; where it was nothing, one may still sign in."""
    person = sign_up(server.url)
    with Raw(server, path) as raw:
        raw.send(frame(BINARY, first))
        opcode, payload = raw.next()
        require_nothing_inside(payload)
        if opcode == CLOSE:
            assert SETTLES.search(first), "only a sign-in that is refused ends it at once"
            return
        if SETTLES.search(first):
            return
        raw.send(
            frame(TEXT, WIRES["channelchat"].sign_in[0].replace("{token}", person.token).encode())
        )
        heard = b""
        while b"connect_ack" not in heard:
            opcode, payload = raw.next()
            assert opcode == TEXT, payload
            heard += payload


@pytest.mark.parametrize("path", ["/ws", "/"])
def test_t34_twenty_wrong_first_frames_end_the_connection(server: RunningServer, path: str) -> None:
    for wrong in (b"rubbish", b"{}", b"[]", b'{"type":"nothing"}'):
        with Raw(server, path) as raw:
            for _ in range(20):
                raw.send(frame(TEXT, wrong))
                assert raw.next()[0] == TEXT
            assert raw.close_code() == 4000


@pytest.mark.parametrize("path", ["/ws", "/"])
def test_t34_huge_first_frame_is_closed(server: RunningServer, path: str) -> None:
    for size in (LIMIT + 1, 2**40):
        with Raw(server, path) as raw:
            raw.send(declared(size))
            assert raw.close_code() == 1009


def test_t34_mew_connection_that_says_authenticate_later_stays_who_it_is(
    server: RunningServer,
) -> None:
    """In the root namespace, where the first event would have made it ChatGroup's."""
    ann, eve = sign_up(server.url), sign_up(server.url)
    fence = '["message/create",{"channelId":"000010000000000000000000","content":"nowhere"}]'
    with Raw(server, ENGINE) as raw:
        raw.say(f'40{{"token":"{ann.token}"}}')
        assert b'42["ready"]' in raw.until(b"PRESENCE_INITIAL_STATE")
        raw.say(f"421{fence}")
        raw.until(b"431[")
        raw.say(f'422["authenticate",{{"token":"{eve.token}"}}]')
        raw.say(f"423{fence}")
        heard = raw.until(b"433[")
    assert b"authenticated" not in heard
    assert eve.id.encode() not in heard
