"""The server, its people and their devices, and what must hold of them after every step."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from convergence.client import Client, differences
from convergence.device import Json
from convergence.model import Bonds, Group, Said
from convergence.node import LocalServer
from hubbub.model.commands import AddMember, Caller, CreateGroup, OpenDirect, SendMessage
from hubbub.model.entities import ChannelView, Tokens
from hubbub.model.errors import Refused
from hubbub.model.ids import ChannelId, UserId

PEOPLE, DEVICES = 3, 2


class World(RuleBasedStateMachine):
    """People are numbers; channels and messages are picked by number from those that there are."""

    # -- setting up ---------------------------------------------------------------------------------

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hubbub-convergence-"))
        self.runner = asyncio.Runner()
        self.groups: dict[str, Group] = {}
        self.bonds = Bonds()
        self.clients: list[Client] = []
        self.count = self.steps = 0

    @initialize()
    def start(self) -> None:
        self.runner.run(self._start())

    async def _start(self) -> None:
        self.server = LocalServer(self.folder)
        self.tokens: list[Tokens] = [await self.server.register(f"u{n}") for n in range(PEOPLE)]
        self.ids = [str(t.user.id) for t in self.tokens]
        self.clients = [Client(self.server, t) for t in self.tokens for _ in range(DEVICES)]
        for client in self.clients[::DEVICES]:
            await client.connect(resume=False)
        for private in (False, True):
            await self._create(0, private=private)
            for group, whom in ((g, n) for g in self.groups for n in range(1, PEOPLE)):
                command = AddMember(ChannelId(int(group)), UserId(int(self.ids[whom])))
                assert await self.attempt(0, command)
                self.groups[group].enter(self.ids[whom])

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.runner.run(self.server.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    async def caller(self, person: int) -> Caller:
        return await self.server.caller(self.tokens[person].access_token)

    def pick(self, number: int) -> tuple[str, Group]:
        channels = list(self.groups)
        channel = channels[number % len(channels)]
        return channel, self.groups[channel]

    async def attempt(self, person: int, command: Any) -> bool:
        return await self.server.allowed(await self.caller(person), command)

    async def voice(self, person: int) -> Client:
        """A connected device."""
        mine = self.clients[person * DEVICES : (person + 1) * DEVICES]
        client = next((c for c in mine if c.is_open), mine[0])
        if not client.is_open:
            await client.connect(resume=True)
        return client

    async def _create(self, owner: int, *, private: bool) -> None:
        self.count += 1
        name = f"group {self.count}"
        made = await self.server.do(await self.caller(owner), CreateGroup(name, private=private))
        assert isinstance(made, ChannelView)
        group = self.groups[str(made.channel.id)] = Group(name, private)
        group.enter(self.ids[owner])
        group.people[self.ids[owner]] = 3

    async def _write_to(self, person: int, whom: int) -> bool:
        """Whether it was done, in a channel that was there or was opened for it."""
        self.count += 1
        caller = await self.caller(person)
        try:
            found: Any = await self.server.do(caller, OpenDirect(UserId(int(self.ids[whom]))))
        except Refused:
            return False
        return await self.attempt(person, SendMessage(found[0].channel.id, f"psst {self.count}"))

    async def _say(self, person: int, channel: str, content: str, nonce: str | None) -> Json:
        client = await self.voice(person)
        more = {} if nonce is None else {"nonce": nonce}
        return await client.ask("send_message", channel_id=channel, content=content, **more)

    def _said(self, group: Group, me: str, content: str, nonce: str | None, ack: Json) -> None:
        first = group.nonces.get((me, nonce)) if nonce is not None else None
        if first is not None:
            assert (ack["duplicate"], ack["seq"]) == (True, first)
            assert ack["message_id"] == group.said[first - 1].message_id
            return
        named = tuple(i for i in self.ids if f"<@{i}>" in content and i in group.people)
        group.said.append(Said(me, content, named, ack["message_id"]))
        assert (ack["duplicate"], ack["seq"]) == (False, len(group.said))
        if nonce is not None:
            group.nonces[me, nonce] = ack["seq"]

    async def _ask(self, person: int, kind: str, **data: object) -> Json:
        return await (await self.voice(person)).ask(kind, **data)

    # -- what must hold -----------------------------------------------------------------------------

    @invariant()
    def everybody_agrees(self) -> None:
        """Compared in full at every fifth step: that takes longer than the steps themselves."""
        self.steps += 1
        assert [client.wrong for client in self.clients if client.wrong] == []
        if hasattr(self, "tokens") and self.steps % 5 == 0:
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        await self.server.quiet()
        for person, tokens in enumerate(self.tokens):
            fresh = Client(self.server, tokens)
            await fresh.connect(resume=False)
            self._compare_with_model(fresh)
            for client in self.clients[person * DEVICES : (person + 1) * DEVICES]:
                if client.is_open:
                    await client.catch_up()
                    note(f"person {person}: {len(client.rooms)} channels")
                    assert client.wrong == []
                    assert differences(client.state(), fresh.state()) == []
                    assert client.bonds == fresh.bonds
            fresh.disconnect()

    def _compare_with_model(self, fresh: Client) -> None:
        me = fresh.me
        assert fresh.bonds == self.bonds.mine(me)
        mine = {c: g for c, g in self.groups.items() if me in g.people}
        seen = {c: r for c, r in fresh.rooms.items() if r.shared["kind"] == "group"}
        assert seen.keys() == mine.keys()
        for channel, group in mine.items():
            room = seen[channel]
            assert room.shared["name"] == group.name
            assert room.own["read_seq"] == group.read[me]
            assert room.waiting(me) == group.waiting(me)
            said = [room.messages[n + 1] for n in range(len(room.messages))]
            found = [(m["author"]["id"], m["content"], m["recalled"]) for m in said]
            assert found == group.history()
            assert room.members.keys() == group.people.keys()
