"""Receivers of all dialects but native, each of which comes back in its dialect's own way.

None of these dialects tells a message's seq, so what was received is held against the history when all is over. A message
that a dialect's clients are known to get twice (by catching up and live; in mutiperson also when it was not confirmed) is
known by its id; twice live on one connection is twice.
"""

import asyncio
import contextlib
import json
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection

from failure.six_senders import client, next_event
from grid.talkers import Who
from support.checker import Attach, Entry, Receipt, Tape
from support.rest import call
from support.server import RunningServer
from support.socketio_clients import hexed
from support.storm import BROKEN, Again, Json, in_channel, wire

PAGE = 100
PULSE_SECONDS = 2
Known = tuple[str, str]  # id in decimal digits, content


class Unknown(Exception):
    """The server has nothing at the place that was asked for."""


class Reader(ABC):
    """One person's device, in one room."""

    kind = ""

    def __init__(self, server: RunningServer, tape: Tape, person: Who, room: str) -> None:
        self._server, self._tape, self._person, self._room = server, tape, person, room
        self.name = f"{self.kind}-reader-{person.name}"
        self._rng = random.Random(self.name)
        self._known: dict[str, str] = {}
        self._log: list[Known] = []
        self._live: set[str] = set()
        self.connections = 0
        self.again = 0  # what came live though it was known

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._live = set()
            try:
                await self._listen()
            except BROKEN:
                await asyncio.sleep(self._rng.uniform(0.02, 0.2))

    @abstractmethod
    async def _listen(self) -> None:
        """One connection, from its beginning to its end."""

    def _came(self) -> None:
        """The connection stands, and what was missed is known."""
        self.connections += 1
        self._tape.resumes += self.connections > 1

    def stands(self, channel: str) -> int | None:
        """How many messages of its room it knows."""
        return len(self._known) if channel == self._room else None

    def _know(self, message_id: str, content: str) -> None:
        """By catching up."""
        if message_id not in self._known:
            self._known[message_id] = content
            self._log.append((message_id, content))

    def hear(self, message_id: str, content: str) -> None:
        """Live."""
        if message_id in self._live:
            self._log.append((message_id, content))
        self.again += message_id in self._known
        self._live.add(message_id)
        self._know(message_id, content)

    def tell(self, history: Sequence[Entry]) -> None:
        """Everything into the checker's log, at the place that the history gives it."""
        places = {entry.id: entry for entry in history}
        self._tape.views.append(Attach(self.name, self._room, 0))
        for message_id, content in self._log:
            entry = places.get(message_id)
            seq = 0 if entry is None else entry.seq  # 0 is nobody's
            self._tape.views.append(Receipt(self.name, self._room, seq, content))

    async def _get(self, path: str) -> Any:
        """The body of an answer in the dialect's own REST."""
        url, token = self._server.url + path, self._person.token or None
        answer = await asyncio.to_thread(call, "GET", url, None, token)
        if answer.status == 503:
            raise Again(str(answer.body))
        if answer.status != 200:
            raise Unknown(str(answer.body))
        return answer.body


class Paging(Reader):
    """Comes back by pages of history."""

    async def _catch_up(self) -> None:
        """All that it does not know, oldest first."""
        missed: list[Known] = []
        last = next(reversed(self._known), None)
        while page := await self._page(missed[-1][0] if missed else None):
            fresh = [known for known in page if last is None or int(known[0]) > int(last)]
            missed += fresh
            if len(fresh) < PAGE:
                break
        for message_id, content in reversed(missed):
            self._know(message_id, content)
        self._came()

    @abstractmethod
    async def _page(self, before: str | None) -> list[Known]:
        """Newest first."""


class ChannelChatReader(Paging):
    """Seed 000: joins again, and asks for what is `after` the last that it has."""

    kind = "channelchat"

    async def _listen(self) -> None:
        who = {"user_id": self._person.id, "token": self._person.token}
        async with in_channel(self._server, who, self._room, self._tape) as ws:
            await self._catch_up()
            while True:
                frame = json.loads(await ws.recv())
                if frame["type"] == "new_message" and frame["data"]["channel_id"] == self._room:
                    self.hear(frame["data"]["message_id"], frame["data"]["content"])

    async def _catch_up(self) -> None:
        last = next(reversed(self._known), None)
        try:
            while last is not None and (page := await self._page(None, f"&after={last}")):
                for message_id, content in reversed(page):
                    self._know(message_id, content)
                last = page[0][0]
        except Unknown as refusal:
            self._tape.refused.append(f"{self.name}: {refusal}")
            last = None
        if last is None:
            await super()._catch_up()
        else:
            self._came()

    async def _page(self, before: str | None, more: str = "") -> list[Known]:
        more += "" if before is None else f"&before={before}"
        body = await self._get(f"/channels/{self._room}/messages?limit={PAGE}{more}")
        return [(item["message_id"], item["content"]) for item in body["data"]]


class StudyBuddyReader(Paging):
    """Seed 003: reads the newest page, and older ones by its additive `before`."""

    kind = "studybuddy"

    async def _listen(self) -> None:
        first = {"type": "auth", "token": self._person.token}
        async with wire(f"{self._server.ws}/ws", first, "authenticated", self._tape) as ws:
            await self._catch_up()
            while True:
                frame = json.loads(await ws.recv())
                if frame["type"] == "new_group_message":
                    self.hear(str(frame["message"]["id"]), frame["message"]["content"])

    async def _page(self, before: str | None) -> list[Known]:
        more = "" if before is None else f"&before={before}"
        body = await self._get(f"/messages/group/{self._room}?limit={PAGE}{more}")
        return [(str(m["id"]), m["content"]) for m in body["result"]["messages"]]


class MewReader(Paging):
    """Seed 001: fetches the open channel again on every `ready`."""

    kind = "mew"

    async def _listen(self) -> None:
        async with client(self._server.url, {"token": self._person.token}) as found:
            await found.event("ready")
            await self._catch_up()
            while True:
                event = await next_event(found)
                if event[0] == "MESSAGE_CREATE" and event[1]["channelId"] == hexed(self._room):
                    self.hear(*_of_mew(event[1]))

    async def _page(self, before: str | None) -> list[Known]:
        more = "" if before is None else f"&before={hexed(before)}"
        path = f"/api/channels/{hexed(self._room)}/messages?limit={PAGE}{more}"
        return [_of_mew(message) for message in await self._get(path)]


def _of_mew(message: Json) -> Known:
    return str(int(message["_id"], 16)), message["content"]


class ChatGroupReader(Reader):
    """Seed 002: `authenticate` brings what waits behind the last that it has marked as read."""

    kind = "chatgroup"

    async def _listen(self) -> None:
        async with client(self._server.url, {"recovery": False}) as found:
            await found.sio.emit("authenticate", {"token": self._person.token})
            while True:
                event = await next_event(found)
                if event[0] == "sync_messages":
                    for message in event[1]:
                        self._know(*_of_chat(message))
                    self._came()
                elif event[0] == "new_message":
                    self.hear(*_of_chat(event[1]))
                else:
                    continue
                await self._read(found)

    async def _read(self, found: Any) -> None:
        last = next(reversed(self._known), None)
        if last is not None:
            data = {"chatId": hexed(self._room), "messageId": hexed(last)}
            await found.sio.emit("mark_read", data)


def _of_chat(message: Json) -> Known:
    return str(int(message["id"], 16)), message["content"]


class MutiPersonReader(Reader):
    """Seed 004: says INIT, confirms all that comes, and knows by its id what comes again because the CONFIRM was lost."""

    kind = "mutiperson"

    async def _listen(self) -> None:
        first = {"type": "INIT", "from_user_id": self._person.id, "message": "init"}
        has_come = False
        async with wire(f"{self._server.ws}/", first, "", self._tape) as ws, self._pulse(ws):
            while True:
                frame = json.loads(await ws.recv())
                if (
                    not has_come
                ):  # what waits is told after the INIT, before anything else is answered
                    has_come = True
                    self._came()
                if frame["type"] == "MESSAGE" and frame.get("chat_type") == "BLOCK":
                    await ws.send(json.dumps({**frame, "type": "CONFIRM"}).encode())
                    if str(frame["block_id"]) == self._room:
                        self.hear(frame["message_id"], frame["message"])

    @contextlib.asynccontextmanager
    async def _pulse(self, ws: ClientConnection) -> AsyncIterator[None]:
        async def beat() -> None:
            ping = {"type": "PING", "from_user_id": self._person.id, "message": "ping"}
            with contextlib.suppress(*BROKEN):  # who reads meets the end
                while True:
                    await ws.send(json.dumps(ping).encode())
                    await asyncio.sleep(PULSE_SECONDS)

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()


READERS: dict[str, type[Reader]] = {
    kind.kind: kind
    for kind in (
        ChannelChatReader,
        MewReader,
        ChatGroupReader,
        StudyBuddyReader,
        MutiPersonReader,
    )
}
