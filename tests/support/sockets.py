"""WebSocket clients, on the `websockets` library."""

import asyncio
import json
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from support.rest import call
from support.server import FACTOR

Json = dict[str, Any]
SECONDS = 10.0


class Socket:
    """Any dialect that speaks JSON frames. Frames that a wait passes over stay for later waits."""

    FENCE: ClassVar[Any] = {"type": "heartbeat"}  # what is answered behind all that was sent before

    def __init__(self, url: str, **options: Any) -> None:
        self._url = url
        self._options = options
        self._kept: list[Json] = []
        self.ws: ClientConnection

    async def __aenter__(self) -> "Socket":
        self.ws = await connect(self._url, compression=None, max_size=None, **self._options)
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.ws.close()

    def is_fenced(self, frame: Any) -> bool:
        """Whether this is the answer."""
        return bool(frame == {"type": "heartbeat_ack"})

    async def send(self, frame: Any) -> None:
        await self.ws.send(json.dumps(frame))

    async def receive(self, seconds: float = SECONDS) -> Any:
        """The next frame."""
        if self._kept:
            return self._kept.pop(0)
        return await self._read(seconds)

    async def _read(self, seconds: float) -> Any:
        text = await asyncio.wait_for(self.ws.recv(), seconds * FACTOR)
        found = json.loads(text)
        assert isinstance(found, dict)
        return found

    async def wait(self, wanted: Callable[[Any], bool], seconds: float = SECONDS) -> Any:
        """The first frame that is wanted, whether it has come already or comes in time."""
        for n, frame in enumerate(self._kept):
            if wanted(frame):
                return self._kept.pop(n)
        async with asyncio.timeout(seconds * FACTOR):
            while True:
                frame = await self._read(seconds)
                if wanted(frame):
                    return frame
                self._kept.append(frame)

    async def wait_type(self, kind: str, seconds: float = SECONDS, **data: object) -> Any:
        """The first frame of a type whose data have these values."""
        return await self.wait(
            lambda f: (
                f.get("type") == kind
                and all((f.get("data") or {}).get(k) == v for k, v in data.items())
            ),
            seconds,
        )

    async def wait_closed(self, seconds: float = SECONDS) -> tuple[int, str]:
        """The close code and reason."""
        try:
            async with asyncio.timeout(seconds * FACTOR):
                while True:
                    self._kept.append(json.loads(await self.ws.recv()))
        except ConnectionClosed as closed:
            got = closed.rcvd
            return (got.code, got.reason) if got is not None else (1006, "")

    async def drain(self, kind: str = "heartbeat_ack") -> list[Json]:
        """Everything that was sent before the answer to a heartbeat sent now."""
        await self.send({"type": "heartbeat"})
        found = []
        while (frame := await self.receive()).get("type") != kind:
            found.append(frame)
        return found


class Native(Socket):
    """The native protocol."""

    def __init__(self, ws_url: str, token: str, positions: dict[str, int] | None = None) -> None:
        super().__init__(f"{ws_url}/gateway")
        self._token = token
        self._positions = positions
        self._refs = 0
        self.ready: Json = {}

    async def __aenter__(self) -> "Native":
        await super().__aenter__()
        data: Json = {"token": self._token}
        if self._positions is not None:
            data["positions"] = self._positions
        await self.send({"type": "connect", "ref": "connect", "data": data})
        self.ready = (await self.wait_type("ready"))["data"]
        return self

    async def ask(self, kind: str, **data: object) -> Any:
        """A command's reply, also when it is an error."""
        self._refs += 1
        ref = f"r{self._refs}"
        await self.send({"type": kind, "ref": ref, "data": data})
        return await self.wait(lambda f: f.get("ref") == ref)

    async def say(self, channel_id: str, content: str, nonce: str | None = None) -> Json:
        """The ack's data."""
        extra = {} if nonce is None else {"nonce": nonce}
        reply = await self.ask("send_message", channel_id=channel_id, content=content, **extra)
        assert reply["type"] == "message_ack", reply
        found = reply["data"]
        assert isinstance(found, dict)
        return found


class ChannelChat(Socket):
    """Seed 000."""

    def __init__(self, ws_url: str, token: str, user_id: str = "", path: str = "/ws") -> None:
        super().__init__(ws_url + path)
        self._token = token
        self._user_id = user_id

    async def __aenter__(self) -> "ChannelChat":
        await super().__aenter__()
        data = {"user_id": self._user_id, "token": self._token}
        await self.send({"type": "connect", "data": data})
        await self.wait_type("connect_ack")
        return self

    async def enter(self, channel_id: str) -> Json:
        """The ack's data."""
        await self.send({"type": "join_channel", "data": {"channel_id": channel_id}})
        return dict((await self.wait_type("join_channel_ack"))["data"])


class StudyBuddy(Socket):
    """Seed 003."""

    def __init__(self, ws_url: str, token: str, path: str = "/ws") -> None:
        super().__init__(ws_url + path)
        self._token = token

    async def __aenter__(self) -> "StudyBuddy":
        await super().__aenter__()
        await self.send({"type": "auth", "token": self._token})
        await self.wait(lambda f: f.get("type") == "authenticated")
        return self

    async def hear(self, kind: str) -> Json:
        """The message of the next frame of a type."""
        return dict((await self.wait(lambda f: f.get("type") == kind))["message"])


_EVENT = re.compile(r"42(?:/[^,]*,)?(\[.*)", re.DOTALL)
_ACK = re.compile(r"43(?:/[^,]*,)?(\d+)(\[.*)", re.DOTALL)


class EngineIo(Socket):
    """Engine.IO over WebSocket, in no namespace yet. Events are lists; see the playbook for the rest."""

    PATH = "/socket.io/?EIO=4&transport=websocket"

    def __init__(self, ws_url: str, namespace: str = "/") -> None:
        super().__init__(ws_url + self.PATH)
        self._head = "" if namespace == "/" else f"{namespace},"

    async def __aenter__(self) -> "EngineIo":
        await super().__aenter__()
        opened = str(await self.ws.recv())
        assert opened.startswith("0"), opened
        return self

    async def send(self, frame: Any) -> None:
        ack, event = ("", frame) if isinstance(frame, list) else (frame["id"], frame["event"])
        await self.ws.send(f"42{self._head}{ack}{json.dumps(event)}")

    async def _read(self, seconds: float) -> Any:
        while True:
            text = str(await asyncio.wait_for(self.ws.recv(), seconds * FACTOR))
            if text == "2":
                await self.ws.send("3")
            elif event := _EVENT.fullmatch(text):
                return json.loads(event[1])
            elif ack := _ACK.fullmatch(text):
                return {"id": int(ack[1]), "ack": json.loads(ack[2])}
            else:
                return {"packet": text}


class SocketIo(EngineIo):
    """Socket.IO over WebSocket, in one namespace."""

    FENCE: ClassVar[Any] = {"id": 999, "event": ["sync_messages", {"chats": []}]}

    def __init__(self, ws_url: str, auth: Json, namespace: str = "/") -> None:
        super().__init__(ws_url, namespace)
        self._auth = auth

    def is_fenced(self, frame: Any) -> bool:
        return isinstance(frame, dict) and frame.get("id") == 999

    async def drain(self, kind: str = "") -> list[Any]:
        """Everything that was sent before the answer to the fence."""
        await self.send(self.FENCE)
        found: list[Any] = []
        while not self.is_fenced(frame := await self.receive()):
            found.append(frame)
        return found

    async def __aenter__(self) -> "SocketIo":
        await super().__aenter__()
        # Offsets would stand at the end of every event.
        await self.ws.send(f"40{self._head}" + json.dumps({"recovery": False, **self._auth}))
        entered = str(await self.ws.recv())
        assert entered.startswith("40"), entered
        return self


class Mew(SocketIo):
    """Seed 001, signed in."""

    FENCE: ClassVar[Any] = {
        "id": 999,
        "event": ["message/create", {"channelId": f"{2**52:024x}", "content": "nowhere"}],
    }

    def __init__(self, ws_url: str, token: str, namespace: str = "/") -> None:
        super().__init__(ws_url, {"token": token}, namespace)

    async def __aenter__(self) -> "Mew":
        await super().__aenter__()
        assert await self.receive() == ["ready"]
        first = await self.receive()
        assert first[0] == "PRESENCE_INITIAL_STATE", first
        return self


class ChatGroup(SocketIo):
    """Seed 002, signed in as the original's client does it."""

    def __init__(self, ws_url: str, token: str) -> None:
        super().__init__(ws_url, {})
        self._token = token

    async def __aenter__(self) -> "ChatGroup":
        await super().__aenter__()
        await self.send(["authenticate", {"token": self._token}])
        await self.wait(lambda f: f[0] == "authenticated")
        await self.wait(lambda f: f[0] == "sync_messages")
        return self


class MutiPerson(Socket):
    """Seed 004: a guest who has logged in by name and sent the INIT of the last stage."""

    FENCE: ClassVar[Any] = {"type": "PING", "message": "ping", "from_user_id": "1"}

    def __init__(self, server_url: str, name: str, path: str = "/mutiperson/ws") -> None:
        super().__init__(server_url.replace("http", "ws", 1) + path)
        self._login = server_url + "/mutiperson/ws/login"
        self._name = name
        self.user_id = ""

    def is_fenced(self, frame: Any) -> bool:
        return bool(frame == {"type": "PONG", "message": "pong", "from_user_id": "0"})

    async def __aenter__(self) -> "MutiPerson":
        answer = await asyncio.to_thread(call, "POST", self._login, {"user_name": self._name})
        assert answer.status == 200, answer
        self.user_id = str(answer.body["data"]["user_id"])
        await super().__aenter__()
        await self.send({"type": "INIT", "from_user_id": self.user_id, "message": "init"})
        await self.send(self.FENCE)  # nothing answers an INIT
        await self.wait(self.is_fenced)
        return self

    async def send(self, frame: Any) -> None:
        await self.ws.send(json.dumps(frame).encode())

    async def drain(self, kind: str = "PONG") -> list[Json]:
        await self.send(self.FENCE)
        found = []
        while not self.is_fenced(frame := await self.receive()):
            found.append(frame)
        return found
