"""Socket.IO's own clients: npm's `socket.io-client` in a process of its own, and python-socketio."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import socketio

from support.server import FACTOR

NODE = Path(__file__).parent.parent / "node"
SECONDS = 15 * FACTOR
LINE_BYTES = 16 * 1024 * 1024
Json = dict[str, Any]
TRANSPORTS = [["websocket"], ["polling"], ["polling", "websocket"]]
QUICK = {"reconnectionDelay": 50, "reconnectionDelayMax": 100}  # milliseconds


def hexed(number: str) -> str:
    """An id as this dialect writes it."""
    return f"{int(number):024x}"


class NodeClient:
    """`socketio.mjs`, running. Lines that a wait passes over stay for later waits."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._kept: list[Json] = []

    async def tell(self, do: str, **more: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        await self._process.stdin.drain()

    async def emit(self, *args: object, ack: int | None = None) -> None:
        await self.tell("emit", args=args, **({} if ack is None else {"ack": ack}))

    async def ask(self, *args: object, ack: int = 10_000) -> list[Any]:
        """An event's ack."""
        await self.emit(*args, ack=ack)
        found = await self.wait("ack", of=[*args])
        assert found["error"] is None, found
        return list(found["args"])

    async def wait(self, happened: str, **more: object) -> Json:
        """The first such line, whether it has come or comes in time."""
        wanted = {"happened": happened, **more}
        async with asyncio.timeout(SECONDS):
            while True:
                for n, line in enumerate(self._kept):
                    if all(line.get(key) == value for key, value in wanted.items()):
                        return self._kept.pop(n)
                self._kept.append(await self._line())

    async def event(self, name: str) -> list[Any]:
        """The arguments of the first event of that name."""
        async with asyncio.timeout(SECONDS):
            while True:
                for n, line in enumerate(self._kept):
                    if line["happened"] == "event" and line["args"][0] == name:
                        return list(self._kept.pop(n)["args"][1:])
                self._kept.append(await self._line())

    async def heard(self, until: str) -> list[str]:
        """The contents of all messages up to the one that is waited for."""
        found: list[str] = []
        while until not in found:
            found.append((await self.event("new_message"))[0]["content"])
        return found

    async def _line(self) -> Json:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, f"it ended; before: {self._kept}"
        return dict(json.loads(line))

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(SECONDS):
            await self._process.wait()


@asynccontextmanager
async def node(url: str, **options: object) -> AsyncIterator[NodeClient]:
    """A client; `options` are those of socket.io-client."""
    config = json.dumps({"url": url, "options": {**QUICK, **options}})
    process = await asyncio.create_subprocess_exec(
        "node", "socketio.mjs", config, cwd=NODE, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES
    )
    client = NodeClient(process)
    try:
        yield client
    finally:
        await client.end()


async def connected(client: NodeClient) -> bool:
    """Whether it was recovered."""
    return bool((await client.wait("connect"))["recovered"])


async def drop(client: NodeClient) -> None:
    await client.tell("drop")
    await client.wait("disconnect")


class PythonClient:
    """python-socketio's asyncio client; what it hears is queued."""

    def __init__(self, *, reconnection: bool = True) -> None:
        delays = {"reconnection_delay": 0.05, "reconnection_delay_max": 0.1}
        self.sio = socketio.AsyncClient(reconnection=reconnection, **delays)
        self._events: asyncio.Queue[tuple[str, list[Any]]] = asyncio.Queue()
        self.namespace = "/"

    async def __aenter__(self) -> "PythonClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.sio.disconnect()

    async def connect(self, url: str, namespace: str = "/", **options: Any) -> None:
        self.namespace = namespace
        self.sio.on("*", self._heard, namespace=namespace)
        for name in ("connect", "disconnect"):
            self.sio.on(name, self.on(name), namespace=namespace)
        await self.sio.connect(url, namespaces=[namespace], **options)

    def on(self, name: str) -> Callable[..., Awaitable[None]]:
        """A handler that queues."""

        async def heard(*args: Any) -> None:
            await self._heard(name, *args)

        return heard

    async def _heard(self, name: str, *args: Any) -> None:
        await self._events.put((name, [*args]))

    async def event(self, name: str) -> list[Any]:
        """The arguments of the next event of that name; others are forgotten."""
        async with asyncio.timeout(SECONDS):
            while True:
                found, args = await self._events.get()
                if found == name:
                    return args

    def put(self, name: str, *args: Any) -> None:
        """Something that happened, as an event: an ack, where one is put in line with what else comes."""
        self._events.put_nowait((name, [*args]))

    async def next(self) -> list[Any]:
        """The next event's name and arguments."""
        async with asyncio.timeout(SECONDS):
            name, args = await self._events.get()
        return [name, *args]

    async def call(self, name: str, data: Any) -> Any:
        return await self.sio.call(name, data, namespace=self.namespace, timeout=SECONDS)
