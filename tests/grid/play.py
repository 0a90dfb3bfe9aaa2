"""One group, a client of every dialect that acts, one that watches: what was done and what each was shown."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

from grid.over_socketio import ChatGroupTalker, MewTalker
from grid.over_websocket import ChannelChatTalker, MutiPersonTalker, NativeTalker, StudyBuddyTalker
from grid.talkers import EMOJI, Action, Seen, Talker, Who
from hubbub.surfaces import DIALECTS
from support.rest import call
from support.server import FACTOR, RunningServer

_ALL: tuple[type[Talker], ...] = (
    NativeTalker,
    ChannelChatTalker,
    MewTalker,
    ChatGroupTalker,
    StudyBuddyTalker,
    MutiPersonTalker,
)
TALKERS = {kind.dialect: kind for kind in _ALL if kind.dialect in DIALECTS}
ENVIRONMENT = {"HUBBUB_GUESTS": "open"}
BEGIN, END = "here it begins", "here it ends"
SECONDS = 20 * FACTOR


class Done(NamedTuple):
    """What a client of a dialect did, as it shall be seen."""

    actor: str
    seen: Seen


class Played(NamedTuple):
    """All that was done, in order, and what was shown to the watcher of each dialect."""

    done: Sequence[Done]
    shown: dict[str, list[Seen]]


class Room:
    """A group that admits guests, with two people of each dialect in it and one of each before its door."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self.id = ""
        self.owner: Who

    async def make(self) -> None:
        """By a guest where there are any: their groups admit guests."""
        if "mutiperson" not in TALKERS:
            self.owner = await NativeTalker.person(self._server)
            await self._made_by_owner()
            return
        guest = await MutiPersonTalker.person(self._server)
        query = f"user_id={guest.id}&block_name=one-room-{os.getpid()}"
        url = f"{self._server.url}/ws/block/new?{query}"
        self.id = str((await asyncio.to_thread(call, "GET", url)).body["data"]["block_id"])
        self.owner = await self.somebody(NativeTalker)

    async def _made_by_owner(self) -> None:
        body = {"kind": "group", "name": "one room"}
        url = f"{self._server.url}/api/v1/channels"
        made = await asyncio.to_thread(call, "POST", url, body, self.owner.token)
        self.id = str(made.body["id"])

    async def somebody(self, kind: type[Talker]) -> Who:
        """A new person of a dialect, in the room."""
        who = await kind.person(self._server)
        # Whoever has an account may come in by any door.
        door = NativeTalker if who.token else kind
        await door(self._server, who, self.id).join()
        return who


class Stage:
    """Everybody is connected before anything is done, and until all is."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._room = Room(server)
        self._stack = AsyncExitStack()
        self.done: list[Done] = []

    async def play(self) -> Played:
        """Everything, by everybody."""
        await self._room.make()
        async with self._stack:
            actors = {name: await self._inside(kind) for name, kind in TALKERS.items()}
            watchers = {name: await self._inside(kind) for name, kind in TALKERS.items()}
            outside = {name: await self._outside(kind) for name, kind in TALKERS.items()}
            clerk = actors["native"]
            async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
                logs = [group.create_task(_watch(watcher)) for watcher in watchers.values()]
                await clerk.send(BEGIN)
                for name in TALKERS:
                    await self._acts(actors[name], clerk)
                    await self._comes(outside[name])
                await clerk.send(END)
        shown = {name: log.result() for name, log in zip(watchers, logs, strict=True)}
        return Played(self.done, shown)

    async def _inside(self, kind: type[Talker]) -> Talker:
        talker = kind(self._server, await self._room.somebody(kind), self._room.id)
        await self._stack.enter_async_context(talker)
        await talker.enter()
        return talker

    async def _outside(self, kind: type[Talker]) -> Talker | None:
        """Connected too, where they can come in at all."""
        if not kind.can("join"):
            return None
        talker = kind(self._server, await kind.person(self._server), self._room.id)
        return await self._stack.enter_async_context(talker)

    async def _acts(self, actor: Talker, clerk: Talker) -> None:
        name = actor.dialect
        before = await self._sends(clerk, f"for {name}")
        message_id = await self._sends(actor, f"from {name}")
        if actor.can("edit"):
            await actor.edit(message_id, f"from {name}, in other words")
            self._note(actor, "edit", message_id, f"from {name}, in other words")
        if actor.can("react"):
            await actor.react(before)
            self._note(actor, "react", before, EMOJI)
        if actor.can("read"):
            await actor.read(before)
            self._note(actor, "read", before)
        if actor.can("recall"):
            await actor.recall(message_id)
            self._note(actor, "recall", message_id)

    async def _sends(self, actor: Talker, content: str) -> str:
        message_id = await actor.send(content)
        self._note(actor, "send", message_id, content)
        return message_id

    async def _comes(self, comer: Talker | None) -> None:
        if comer is not None:
            await comer.join()
            self._note(comer, "join", comer.who.id)
            if comer.can("leave"):
                await comer.leave()
                self._note(comer, "leave", comer.who.id)

    def _note(self, actor: Talker, action: Action, about: str, text: str = "") -> None:
        self.done.append(Done(actor.dialect, Seen(action, about, actor.who.id, text)))


async def _watch(watcher: Talker) -> list[Seen]:
    """What was shown between the first words and the last."""
    found: list[Seen] = []
    has_begun = False
    while True:
        seen = watcher.shown(await watcher.frame())
        if seen is not None and seen.text == END:
            return found
        if seen is not None and has_begun:
            found.append(seen)
        has_begun |= seen is not None and seen.text == BEGIN


async def play(server: RunningServer) -> Played:
    """On a server that admits guests."""
    return await Stage(server).play()
