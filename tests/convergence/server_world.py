"""A server, its people and their devices, and what must hold of them after every step."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from convergence.node import LocalServer
from convergence.server_client import ServerClient
from convergence.server_model import AT_FIRST, Community, Place
from hubbub.model import server_commands as sc
from hubbub.model.entities import Tokens
from hubbub.model.errors import Refused
from hubbub.model.ids import ServerId

PEOPLE, DEVICES = 3, 2
OWNER = 0


class ServerWorld(RuleBasedStateMachine):
    """The first person owns the server, and goes on owning it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hubbub-servers-"))
        self.runner = asyncio.Runner()
        self.clients: list[ServerClient] = []
        self.home: Community | None = None
        self.count = self.steps = 0

    @initialize()
    def start(self) -> None:
        self.runner.run(self._start())

    async def _start(self) -> None:
        self.server = LocalServer(self.folder)
        self.tokens: list[Tokens] = [await self.server.register(f"u{n}") for n in range(PEOPLE)]
        self.ids = [str(t.user.id) for t in self.tokens]
        self.clients = [ServerClient(self.server, t) for t in self.tokens for _ in range(DEVICES)]
        for client in self.clients[::DEVICES]:
            await client.connect(resume=False)
        await self._settle()

    async def _settle(self) -> None:
        """A server with everybody in it."""
        view: Any = await self.do(OWNER, sc.CreateServer("home", first_channel="general"))
        self.server_id = ServerId(view.server.id)
        everyone = str(view.server.everyone_role_id)
        self.home = Community(self.ids[0], everyone, {everyone: AT_FIRST}, {self.ids[0]: set()})
        self.home.name = "home"
        self.home.places[str(view.channels[0].channel.id)] = Place("general")
        for n in range(1, PEOPLE):
            await self._join(n)

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.runner.run(self.server.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    # -- short words --------------------------------------------------------------------------------

    @property
    def model(self) -> Community:
        assert self.home is not None
        return self.home

    async def do(self, person: int, command: Any) -> Any:
        caller = await self.server.caller(self.tokens[person].access_token)
        return await self.server.do(caller, command)

    def allowed(self, person: int, command: Any) -> Any:
        """The result, or None where it was refused."""

        async def work() -> Any:
            try:
                return await self.do(person, command) or True
            except Refused:
                return None

        return self.runner.run(work())

    def place(self, which: int) -> tuple[str, Place]:
        found = sorted(self.model.places)
        return found[which % len(found)], self.model.places[found[which % len(found)]]

    def role(self, which: int) -> str:
        found = sorted(self.model.roles)
        return found[which % len(found)]

    def name(self) -> str:
        self.count += 1
        return f"name {self.count}"

    async def _join(self, person: int) -> bool:
        invite: Any = await self.do(OWNER, sc.CreateInvite(self.server_id))
        me = self.ids[person]
        try:
            await self.do(person, sc.AcceptInvite(invite.code))
        except Refused:
            return False
        self.model.people.setdefault(me, set())
        return True

    async def voice(self, person: int) -> ServerClient:
        """A connected device."""
        mine = self.clients[person * DEVICES : (person + 1) * DEVICES]
        client = next((d for d in mine if d.is_open), mine[0])
        if not client.is_open:
            await client.connect(resume=True)
        return client

    # -- what must hold -----------------------------------------------------------------------------

    @invariant()
    def everybody_agrees(self) -> None:
        """Compared in full at every third step."""
        self.steps += 1
        assert [client.wrong for client in self.clients if client.wrong] == []
        if self.home is not None and self.steps % 3 == 0:
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        await self.server.quiet()
        for person, tokens in enumerate(self.tokens):
            fresh = ServerClient(self.server, tokens)
            await fresh.connect(resume=False)
            self._compare_with_model(fresh)
            for client in self.clients[person * DEVICES : (person + 1) * DEVICES]:
                if client.is_open:
                    await client.catch_up()
                    assert client.wrong == []
                    self._compare_clients(client, fresh)
            fresh.disconnect()

    def _compare_clients(self, client: ServerClient, fresh: ServerClient) -> None:
        mine, theirs = client.state(), fresh.state()
        for server_id, server in theirs.items():
            for channel_id in server["messages"]:
                if not self._reads(fresh.me, channel_id):
                    # Live messages are all that one has of such a channel.
                    mine[server_id]["messages"][channel_id] = {}
        found = _differences(mine, theirs)
        assert not found, found

    def _reads(self, me: str, channel_id: str) -> bool:
        place = self.model.places[channel_id]
        return "READ_HISTORY" in self.model.may_in(me, place)

    def _compare_with_model(self, fresh: ServerClient) -> None:
        me = fresh.me
        if me not in self.model.people:
            assert fresh.servers == {}
            return
        found = fresh.servers[str(self.server_id)]
        assert found["name"] == self.model.name
        assert set(found["me"][1]) == self.model.people[me]
        granted = {role: frozenset(r["permissions"]) for role, r in found["roles"].items()}
        assert granted == self.model.roles
        assert {i: name for i, (name, _) in found["categories"].items()} == self.model.categories
        assert found["channels"].keys() == self.model.seen(me)
        for channel_id, channel in found["channels"].items():
            place = self.model.places[channel_id]
            assert (channel["name"], channel["category_id"]) == (place.name, place.category)
            told = {
                t: (frozenset(a), frozenset(d)) for t, (_, a, d) in channel["overrides"].items()
            }
            assert told == place.overrides
            if self._reads(me, channel_id):
                said = [m for _, m in sorted(fresh.messages[channel_id].items())]
                seen = [(m["author"]["id"], m["content"], m["recalled"]) for m in said]
                assert seen == [
                    (s.author, "" if s.is_recalled else s.content, s.is_recalled)
                    for s in place.said
                ]


def _differences(one: Any, other: Any, path: str = "") -> list[str]:
    """What two states do not agree on, in as few words as possible."""
    if one == other:
        return []
    if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
        return [f"{path}: {one} and {other}"]
    return [line for key in one for line in _differences(one[key], other[key], f"{path}/{key}")]
