"""S7: a credential that is wrong is refused on every way in, and by the same policy."""

import asyncio
import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from failure.ways_in import ENTRIES, Entry, by_frame
from hubbub.auth.secrets import load_keys
from hubbub.auth.tokens import JwtTokens
from hubbub.model.ids import LoginId, UserId
from hubbub.ports.tokens import Claims
from hubbub.surfaces import DIALECTS
from support.guests import add_guest
from support.rest import Person, call, sign_in, sign_up
from support.server import RunningServer
from support.sockets import ChannelChat, Native, Socket

Json = dict[str, Any]
HOUR = 3_600_000


class Clock:
    """Stands still."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now_ms(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._now / 1000


def _claims(person: Person) -> Json:
    payload = person.token.split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert isinstance(decoded, dict)
    return decoded


def _issue(keys: list[tuple[str, bytes]], person: Person, *, age_ms: int) -> str:
    """A token as the server issued one hour's tokens `age_ms` ago."""
    claims = _claims(person)
    issued = claims["iat"] * 1000 - age_ms
    tokens = JwtTokens(keys, Clock(issued))
    return tokens.issue(Claims(UserId(int(claims["sub"])), LoginId(claims["sid"]), issued + HOUR))


def _part(data: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def _signed_out(server: RunningServer, person: Person) -> str:
    other = sign_in(server.url, person.name)
    other.ok("POST", "/auth/logout")
    return other.token


def _foreign(server: RunningServer, person: Person) -> str:
    kid = load_keys(server.data / "secret")[0][0]
    return _issue([(kid, bytes(range(32)))], person, age_ms=0)


def _expired(server: RunningServer, person: Person) -> str:
    return _issue(load_keys(server.data / "secret"), person, age_ms=HOUR + 1_000)


def _still_good(server: RunningServer, person: Person) -> str:
    return _issue(load_keys(server.data / "secret"), person, age_ms=HOUR - 60_000)


def _unsigned(_: RunningServer, person: Person) -> str:
    return f"{_part({'alg': 'none', 'typ': 'at+jwt'})}.{_part(_claims(person))}."


def _altered(_: RunningServer, person: Person) -> str:
    head, _body, signature = person.token.split(".")
    return f"{head}.{_part(_claims(person) | {'sub': '1'})}.{signature}"


def _guests(server: RunningServer, _: Person) -> str:
    """Guests have no tokens; one that is signed all the same opens nothing."""
    with ThreadPoolExecutor(1) as other:  # it has a loop of its own
        return other.submit(add_guest, server.data).result().token


WRONG: dict[str, Callable[[RunningServer, Person], str]] = {
    "empty": lambda _s, _p: "",
    "rubbish": lambda _s, _p: "rubbish",
    "three rubbish parts": lambda _s, _p: "a.b.c",
    "expired": _expired,
    "another server's": _foreign,
    "unsigned": _unsigned,
    "altered": _altered,
    "signed out": _signed_out,
    "refresh token": lambda _s, person: person.refresh_token,
    "a guest's": _guests,
    "too long": lambda _s, person: person.token + "x" * 5_000,
}


def test_s7_every_dialect_has_a_way_in_here() -> None:
    named = {entry.__name__.partition("_")[0] for entry in ENTRIES}
    assert set(DIALECTS) <= named, "a dialect whose ways in are not tried"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
async def test_s7_wrong_credentials_are_refused(
    server: RunningServer, person: Callable[[], Person], entry: Entry
) -> None:
    somebody = person()
    let_in = [
        kind
        for kind, make in WRONG.items()
        if await entry(server, somebody, make(server, somebody))
    ]
    assert let_in == []
    # What makes the wrong ones makes right ones too: they are not refused for their form.
    assert await entry(server, somebody, _still_good(server, somebody))
    assert await entry(server, somebody, somebody.token)


async def test_s7_a_good_token_does_not_make_one_somebody_else(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    anna, bert = person(), person()
    for claimed in (bert.id, "no id", "0"):
        data = {"token": anna.token, "user_id": claimed}
        assert not await by_frame(server, "/ws", "connect_ack", data)
    url = f"{server.ws}/channelchat/api/v1/ws?accesstoken={anna.token}"
    async with Socket(url) as socket:
        await socket.send({"type": "connect", "data": {"token": bert.token}})
        assert (await socket.receive())["type"] == "error"
        assert (await socket.wait_closed())[0] == 4001


async def test_s7_a_guest_is_believed_by_no_dialect_with_sign_in(server: RunningServer) -> None:
    guest = await asyncio.to_thread(add_guest, server.data)
    for claimed in (guest.id, guest.name):
        data = {"token": "", "user_id": claimed}
        assert not await by_frame(server, "/ws", "connect_ack", data)
    for path in ("/api/v1/users/@me", "/api/users/@me", "/chatgroup/api/users/me"):
        assert call("GET", server.url + path, params={"user_id": guest.id}).status == 401
    for password in ("", guest.name, "correct horse battery"):
        for path in ("/api/v1/auth/login", "/api/auth/login", "/chatgroup/api/auth/login"):
            body = {"login": guest.name, "username": guest.name, "email": guest.name}
            found = call("POST", server.url + path, body | {"password": password})
            assert 400 <= found.status < 500, (path, found)


async def test_s7_nothing_is_done_before_signing_in(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    channel = sign_up(server.url).group()
    data = {"channel_id": channel, "content": "not signed in"}
    for path, frames in {
        "/gateway": ("send_message", "history", "typing"),
        "/ws": ("send_message", "join_channel"),
    }.items():
        async with Socket(server.ws + path) as socket:
            for kind in frames:
                await socket.send({"type": kind, "data": data})
                answer = await socket.receive()
                assert answer["type"] == "error", answer
    assert call("POST", f"{server.url}/api/v1/channels/{channel}/messages", data).status == 401
    member = person()
    member.join(channel)
    assert member.history(channel)["messages"] == []


async def test_s7_log_out_ends_open_connections_of_that_device_only(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    phone = person()
    desk = sign_in(server.url, phone.name)
    async with (
        Native(server.ws, phone.token) as on_phone,
        ChannelChat(server.ws, phone.token, phone.id) as also_on_phone,
        Native(server.ws, desk.token) as on_desk,
    ):
        phone.ok("POST", "/auth/logout")
        assert (await on_phone.wait_closed(1))[0] == 4006
        assert (await also_on_phone.wait_closed(1))[0] == 4006
        assert (await on_desk.ask("heartbeat"))["type"] == "heartbeat_ack"
