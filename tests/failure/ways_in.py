"""Every way in of every dialect; each tells whether it lets a token in."""

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.rest import Person, call
from support.server import RunningServer
from support.sockets import EngineIo, Socket, SocketIo

Json = dict[str, Any]
Entry = Callable[[RunningServer, Person, str], Awaitable[bool]]


async def native(server: RunningServer, _: Person, token: str) -> bool:
    return await by_frame(server, "/gateway", "ready", {"token": token})


async def native_resume(server: RunningServer, _: Person, token: str) -> bool:
    return await by_frame(server, "/gateway", "ready", {"token": token, "positions": {"0": 0}})


async def channelchat(server: RunningServer, person: Person, token: str) -> bool:
    data = {"token": token, "user_id": person.id}
    return await by_frame(server, "/ws", "connect_ack", data)


async def channelchat_own_path(server: RunningServer, person: Person, token: str) -> bool:
    data = {"token": token, "user_id": person.id}
    return await by_frame(server, "/channelchat/ws", "connect_ack", data)


async def by_frame(server: RunningServer, path: str, wanted: str, data: Json) -> bool:
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
