"""S7: a credential that is wrong is refused on every way in, and by the same policy."""

import asyncio
import base64
import contextlib
import json
import urllib.request
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hubbub.auth.secrets import load_keys
from hubbub.auth.tokens import JwtTokens
from hubbub.model.ids import LoginId, UserId
from hubbub.ports.tokens import Claims
from hubbub.surfaces import DIALECTS
from support.guests import add_guest
from support.rest import Person, call, sign_in, sign_up
from support.server import RunningServer
from support.sockets import ChannelChat, EngineIo, Native, Socket, SocketIo

Json = dict[str, Any]
Entry = Callable[[RunningServer, Person, str], Awaitable[bool]]
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


# -- ways in; each tells whether it lets one in --------------------------------------------------------


async def native(server: RunningServer, _: Person, token: str) -> bool:
    return await _by_frame(server, "/gateway", "ready", {"token": token})


async def native_resume(server: RunningServer, _: Person, token: str) -> bool:
    return await _by_frame(server, "/gateway", "ready", {"token": token, "positions": {"0": 0}})


async def channelchat(server: RunningServer, person: Person, token: str) -> bool:
    data = {"token": token, "user_id": person.id}
    return await _by_frame(server, "/ws", "connect_ack", data)


async def channelchat_own_path(server: RunningServer, person: Person, token: str) -> bool:
    data = {"token": token, "user_id": person.id}
    return await _by_frame(server, "/channelchat/ws", "connect_ack", data)


async def _by_frame(server: RunningServer, path: str, wanted: str, data: Json) -> bool:
    """Refused means: an error, and for what has the form of a token a close that says not to come back."""
    async with Socket(server.ws + path) as socket:
        await socket.send({"type": "connect", "data": data})
        frame = await socket.receive()
        if frame["type"] == wanted:
            return True
        assert frame["type"] == "error"
        error = frame["data"]
        if error.get("code", error.get("error_code")) in ("unauthorized", "401"):
            assert (await socket.wait_closed())[0] == 4001
        return False


async def channelchat_query(server: RunningServer, _: Person, token: str) -> bool:
    """`?accesstoken=`: refused before the upgrade, or closed at once."""
    socket = Socket(f"{server.ws}/channelchat/api/v1/ws?accesstoken={token}")
    with contextlib.suppress(InvalidStatus):
        async with socket:
            try:
                await socket.send({"type": "heartbeat"})
                frame = await socket.receive()
            except ConnectionClosed:
                assert (await socket.wait_closed())[0] == 4001
                return False
            return bool(frame["type"] == "heartbeat_ack")
    return False


async def rest(server: RunningServer, _: Person, token: str) -> bool:
    return _status(call("GET", f"{server.url}/api/v1/users/@me", token=token or None).status)


async def channelchat_rest(server: RunningServer, _: Person, token: str) -> bool:
    return _status(
        call("GET", f"{server.url}/channelchat/api/v1/channels", token=token or None).status
    )


async def channelchat_rest_query(server: RunningServer, _: Person, token: str) -> bool:
    url = f"{server.url}/channelchat/api/v1/channels"
    return _status(call("GET", url, params={"accesstoken": token}).status)


async def chatgroup_event(server: RunningServer, _: Person, token: str) -> bool:
    """A wrong token leaves the connection open, as in the original; nothing else is done on it."""
    async with SocketIo(server.ws, {}) as socket:
        await socket.send(["authenticate", {"token": token}])
        return await _let_in(socket)


async def chatgroup_bare_token(server: RunningServer, _: Person, token: str) -> bool:
    async with SocketIo(server.ws, {}) as socket:
        await socket.send(["authenticate", token])
        return await _let_in(socket)


async def chatgroup_handshake(server: RunningServer, _: Person, token: str) -> bool:
    async with SocketIo(server.ws, {"token": token}, "/chatgroup") as socket:
        return await _let_in(socket)


async def _let_in(socket: SocketIo) -> bool:
    name, data = await socket.receive()
    if name == "authenticated":
        return True
    assert [name, data] == ["error", {"message": "认证失败"}]
    await socket.send({"id": 1, "event": ["sync_messages", {}]})
    assert (await socket.receive())["ack"][0]["error"] == "请先认证"
    return False


async def chatgroup_polling(server: RunningServer, _: Person, token: str) -> bool:
    return await _polled(server, f"40/chatgroup,{json.dumps({'token': token})}", b"authenticated")


async def _polled(server: RunningServer, connect: str, sign: bytes) -> bool:
    """Whether the sign comes, or an error."""
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    opened = await asyncio.to_thread(exchange, "GET", url)
    url += "&sid=" + json.loads(opened[1:])["sid"]
    assert await asyncio.to_thread(exchange, "POST", url, connect.encode()) == b"ok"
    heard = b""
    while sign not in heard and b"rror" not in heard:
        heard += await asyncio.to_thread(exchange, "GET", url)
    return sign in heard


async def chatgroup_recovery(server: RunningServer, person: Person, token: str) -> bool:
    """The secret of a lost connection is not to be guessed from a token."""
    auth = {"pid": token, "offset": "1", "recovery": True}
    async with SocketIo(server.ws, auth) as socket:
        await socket.send({"id": 1, "event": ["sync_messages", {}]})
        assert (await socket.receive())["ack"][0]["error"] == "请先认证"
        return await chatgroup_event(server, person, token)


async def chatgroup_rest(server: RunningServer, _: Person, token: str) -> bool:
    return _status(call("GET", f"{server.url}/chatgroup/api/chats", token=token or None).status)


async def mew_handshake(server: RunningServer, _: Person, token: str) -> bool:
    """Without a token the root waits for what ChatGroup says; an empty one is none."""
    if not token:
        return await mew_namespace(server, _, token)
    return await _entered(server, "", token)


async def mew_namespace(server: RunningServer, _: Person, token: str) -> bool:
    return await _entered(server, "/mew,", token)


async def _entered(server: RunningServer, head: str, token: str) -> bool:
    async with EngineIo(server.ws) as socket:
        await socket.ws.send(f"40{head}{json.dumps({'token': token})}")
        answer = (await socket.receive())["packet"]
        if answer.startswith(f"40{head}"):
            return bool(await socket.receive() == ["ready"])
        assert answer.startswith(f'44{head}{{"message":"Authentication error: ')
        return False


async def mew_polling(server: RunningServer, _: Person, token: str) -> bool:
    return await _polled(server, f"40/mew,{json.dumps({'token': token})}", b"ready")


async def mew_rest(server: RunningServer, _: Person, token: str) -> bool:
    return _status(call("GET", f"{server.url}/api/users/@me", token=token or None).status)


async def mew_program(server: RunningServer, _: Person, token: str) -> bool:
    answer = call("POST", f"{server.url}/api/auth/bot", {"accessToken": token})
    return _status(401 if answer.status == 400 else answer.status)


async def studybuddy(server: RunningServer, _: Person, token: str) -> bool:
    async with Socket(server.ws + "/studybuddy/ws") as socket:
        await socket.send({"type": "auth", "token": token})
        answer = await socket.receive()
        if answer["type"] != "authenticated":
            word = "Invalid token" if token else "Token required"
            assert (answer["type"], answer["message"]) == ("error", word)
        return bool(answer["type"] == "authenticated")


async def studybuddy_rest(server: RunningServer, _: Person, token: str) -> bool:
    url = f"{server.url}/messages/online?user_ids=1"
    return _status(call("GET", url, token=token or None).status)


async def mutiperson(server: RunningServer, person: Person, token: str) -> bool:
    return await _initialised(server, {"from_user_id": person.id, "message": "init"}, token)


async def mutiperson_first_stage(server: RunningServer, person: Person, token: str) -> bool:
    return await _initialised(server, {"user_id": person.id, "user_name": person.name}, token)


async def _initialised(server: RunningServer, who: Json, token: str) -> bool:
    """Whether a second person may be written to: nothing answers an INIT that was taken."""
    async with Socket(server.ws + "/mutiperson") as socket:
        await socket.send({"type": "INIT", "token": token, **who})
        kind = "USER" if "user_id" in who else "MESSAGE"
        said = {"chat_type": "BLOCK", "block_id": "0", "message": "in", "temp_id": "1"}
        await socket.send({"type": kind, **who, **said} | {"message": "in"})
        while (answer := await socket.receive())["type"] == "SYSTEM":
            pass
        assert answer["type"] in ("ERROR", "CONFIRM", "USER")
        return bool(answer["type"] != "ERROR")


async def mutiperson_rest(server: RunningServer, person: Person, token: str) -> bool:
    url = f"{server.url}/mutiperson/ws/profile/contacter?user_id={person.id}"
    return _status(call("GET", url, token=token or None).status)


def exchange(method: str, url: str, body: bytes | None = None) -> bytes:
    """A request that must succeed, and its body."""
    request = urllib.request.Request(url, body, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def _status(status: int) -> bool:
    assert status in (200, 401)
    return status == 200


ENTRIES: list[Entry] = [
    native,
    native_resume,
    channelchat,
    channelchat_own_path,
    channelchat_query,
    chatgroup_event,
    chatgroup_bare_token,
    chatgroup_handshake,
    chatgroup_polling,
    chatgroup_recovery,
    chatgroup_rest,
    mew_handshake,
    mew_namespace,
    mew_polling,
    mew_rest,
    mew_program,
    studybuddy,
    studybuddy_rest,
    mutiperson,
    mutiperson_first_stage,
    mutiperson_rest,
    rest,
    channelchat_rest,
    channelchat_rest_query,
]


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
        assert not await _by_frame(server, "/ws", "connect_ack", data)
    url = f"{server.ws}/channelchat/api/v1/ws?accesstoken={anna.token}"
    async with Socket(url) as socket:
        await socket.send({"type": "connect", "data": {"token": bert.token}})
        assert (await socket.receive())["type"] == "error"
        assert (await socket.wait_closed())[0] == 4001


async def test_s7_a_guest_is_believed_by_no_dialect_with_sign_in(server: RunningServer) -> None:
    guest = await asyncio.to_thread(add_guest, server.data)
    for claimed in (guest.id, guest.name):
        data = {"token": "", "user_id": claimed}
        assert not await _by_frame(server, "/ws", "connect_ack", data)
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
