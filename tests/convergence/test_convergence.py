"""T06 and T13: whatever people do in whatever order, every client, the server and the model agree."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from convergence.client import Client, Json, differences
from convergence.model import Group, Said
from convergence.node import LocalServer
from hubbub.gateway import replay
from hubbub.model.commands import (
    AddMember,
    Caller,
    CreateGroup,
    DeleteChannel,
    RemoveMember,
    UpdateChannel,
)
from hubbub.model.entities import ChannelView, Role, Tokens
from hubbub.model.ids import ChannelId, UserId

PEOPLE, DEVICES = 3, 2
people = st.integers(0, PEOPLE - 1)
picks = st.integers(0, 1_000)
nonces = st.one_of(st.none(), st.sampled_from("abc"))


class Convergence(RuleBasedStateMachine):
    """People are numbers; channels and messages are picked by number from those that there are."""

    # -- setting up ---------------------------------------------------------------------------------

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hubbub-convergence-"))
        self.runner = asyncio.Runner()
        self.groups: dict[str, Group] = {}
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

    # -- channels -----------------------------------------------------------------------------------

    @rule(owner=people, private=st.booleans())
    @precondition(lambda self: len(self.groups) < 4)
    def create(self, owner: int, *, private: bool) -> None:
        self.runner.run(self._create(owner, private=private))

    async def _create(self, owner: int, *, private: bool) -> None:
        self.count += 1
        name = f"group {self.count}"
        made = await self.server.do(await self.caller(owner), CreateGroup(name, private=private))
        assert isinstance(made, ChannelView)
        group = self.groups[str(made.channel.id)] = Group(name, private)
        group.enter(self.ids[owner])
        group.people[self.ids[owner]] = 3

    @rule(person=people, which=picks)
    @precondition(lambda self: self.groups)
    def rename(self, person: int, which: int) -> None:
        channel, group = self.pick(which)
        self.count += 1
        command = UpdateChannel(ChannelId(int(channel)), name=f"renamed {self.count}")
        done = self.runner.run(self.attempt(person, command))
        assert done == (group.people.get(self.ids[person], 0) >= 2)
        if done:
            group.name = f"renamed {self.count}"

    @rule(person=people, which=picks)
    @precondition(lambda self: len(self.groups) > 3)
    def delete(self, person: int, which: int) -> None:
        channel, group = self.pick(which)
        done = self.runner.run(self.attempt(person, DeleteChannel(ChannelId(int(channel)))))
        assert done == (group.people.get(self.ids[person]) == 3)
        if done:
            del self.groups[channel]

    # -- people -------------------------------------------------------------------------------------

    @rule(person=people, which=picks)
    @precondition(lambda self: self.groups)
    def join(self, person: int, which: int) -> None:
        channel, group = self.pick(which)
        me = self.ids[person]
        command = AddMember(ChannelId(int(channel)), UserId(int(me)))
        done = self.runner.run(self.attempt(person, command))
        assert done == (me not in group.banned)
        if done and me not in group.people:
            if group.private:
                group.pending.add(me)
            else:
                group.enter(me)

    @rule(actor=people, whom=people, which=picks, role=st.sampled_from([None, *Role]))
    @precondition(lambda self: self.groups)
    def add(self, actor: int, whom: int, which: int, role: Role | None) -> None:
        if actor == whom:
            return
        channel, group = self.pick(which)
        me, them = self.ids[actor], self.ids[whom]
        rank = group.people.get(me, 0)
        command = AddMember(ChannelId(int(channel)), UserId(int(them)), role)
        done = self.runner.run(self.attempt(actor, command))
        assert done == (rank >= (2 if role is None else 3) and them not in group.banned)
        if done:
            group.enter(them)
            if role is not None:
                group.people[them] = 2 if role is Role.ADMIN else 1

    @rule(actor=people, whom=people, which=picks, ban=st.booleans())
    @precondition(lambda self: self.groups)
    def remove(self, actor: int, whom: int, which: int, *, ban: bool) -> None:
        channel, group = self.pick(which)
        me, them = self.ids[actor], self.ids[whom]
        command = RemoveMember(ChannelId(int(channel)), UserId(int(them)), ban)
        known = them in group.people or them in group.pending or them in group.banned
        if me == them:
            expected = (me in group.people or me in group.pending) and group.people.get(me) != 3
        else:
            expected = group.may_remove(me, them) and (ban or known)
        done = self.runner.run(self.attempt(actor, command))
        assert done == expected
        if done:
            group.remove(them)
            group.banned.discard(them)
            if ban and me != them:
                group.banned.add(them)

    def owner(self, group: Group) -> int:
        """Rules in which the owner acts do something nearly every time."""
        return next(n for n, i in enumerate(self.ids) if group.people.get(i) == 3)

    @rule(whom=people, which=picks)
    @precondition(lambda self: self.groups)
    def owner_adds(self, whom: int, which: int) -> None:
        self.add(self.owner(self.pick(which)[1]), whom, which, None)

    @rule(whom=people, which=picks, ban=st.booleans())
    @precondition(lambda self: self.groups)
    def owner_removes(self, whom: int, which: int, *, ban: bool) -> None:
        self.remove(self.owner(self.pick(which)[1]), whom, which, ban=ban)

    # -- messages -----------------------------------------------------------------------------------

    @rule(person=people, which=picks, nonce=nonces, named=st.lists(people, max_size=2))
    @precondition(lambda self: self.groups)
    def send(self, person: int, which: int, nonce: str | None, named: list[int]) -> None:
        channel, group = self.pick(which)
        self.count += 1
        names = "".join(f"<@{self.ids[n]}>" for n in dict.fromkeys(named))
        content = f"message {self.count} {names}"
        reply = self.runner.run(self._say(person, channel, content, nonce))
        me = self.ids[person]
        assert (reply["type"] == "message_ack") == (me in group.people)
        if me in group.people:
            self._said(group, me, content, nonce, reply["data"])

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

    @rule(which=picks, count=st.integers(2, 4))
    @precondition(lambda self: self.groups)
    def all_at_once(self, which: int, count: int) -> None:
        """Everybody in the channel sends; the acks say in which order it happened."""
        channel, group = self.pick(which)

        async def work() -> list[tuple[str, str, Json]]:
            senders = [n for n, i in enumerate(self.ids) if i in group.people] * count
            texts = [f"at once {self.count} {n}" for n in range(len(senders))]
            for person in set(senders):
                await self.voice(person)
            asked = (self._say(p, channel, t, None) for p, t in zip(senders, texts, strict=True))
            replies = await asyncio.gather(*asked)
            return [
                (self.ids[p], t, r["data"]) for p, t, r in zip(senders, texts, replies, strict=True)
            ]

        self.count += 1
        for me, text, ack in sorted(self.runner.run(work()), key=lambda sent: sent[2]["seq"]):
            self._said(group, me, text, None, ack)

    @rule(person=people, which=picks, message=picks, kind=st.sampled_from(["edit", "recall"]))
    @precondition(lambda self: any(g.said for g in self.groups.values()))
    def change(self, person: int, which: int, message: int, kind: str) -> None:
        channel, group = self.pick(which)
        if not group.said:
            return
        said = group.said[message % len(group.said)]
        self.count += 1
        content = f"edited {self.count} <@{self.ids[0]}>"
        more = {"content": content} if kind == "edit" else {}
        place = {"channel_id": channel, "message_id": said.message_id}
        reply = self.runner.run(self._ask(person, f"{kind}_message", **place, **more))
        me = self.ids[person]
        is_author = said.author == me
        if kind == "edit":
            expected = me in group.people and is_author and not said.is_recalled
        else:
            expected = me in group.people and (is_author or group.people[me] >= 2)
        assert (reply["type"] == "ok") == expected, reply
        if expected and kind == "edit":
            said.content = content
            said.mentions = (self.ids[0],) if self.ids[0] in group.people else ()
        elif expected:
            said.is_recalled = True

    @rule(which=picks, message=picks, kind=st.sampled_from(["edit", "recall"]))
    @precondition(lambda self: any(g.said for g in self.groups.values()))
    def author_changes(self, which: int, message: int, kind: str) -> None:
        said = self.pick(which)[1].said
        if said:
            self.change(self.ids.index(said[message % len(said)].author), which, message, kind)

    @rule(which=picks, device=picks)
    @precondition(lambda self: self.groups)
    def say_while_connecting(self, which: int, device: int) -> None:
        """What happens between the snapshot and its end must be neither lost nor told twice."""
        channel, group = self.pick(which)
        client = self.clients[device % len(self.clients)]
        owner = self.owner(group)
        if client.is_open or client.me == self.ids[owner]:
            return
        self.count += 1
        texts = [f"meanwhile {self.count} {n}" for n in range(5)]

        async def work() -> list[Json]:
            await self.voice(owner)
            asked = [self._say(owner, channel, text, None) for text in texts]
            _, *replies = await asyncio.gather(client.connect(resume=True), *asked)
            return [reply["data"] for reply in replies]

        for text, ack in zip(texts, self.runner.run(work()), strict=True):
            self._said(group, self.ids[owner], text, None, ack)

    async def _ask(self, person: int, kind: str, **data: object) -> Json:
        return await (await self.voice(person)).ask(kind, **data)

    @rule(person=people, which=picks, seq=st.integers(0, 30))
    @precondition(lambda self: self.groups)
    def mark_read(self, person: int, which: int, seq: int) -> None:
        channel, group = self.pick(which)
        me = self.ids[person]
        reply = self.runner.run(self._ask(person, "mark_read", channel_id=channel, seq=seq))
        assert (reply["type"] == "ok") == (me in group.people)
        if me in group.people:
            group.read[me] = max(group.read[me], min(seq, len(group.said)))

    @rule(which=picks, whom=people)
    @precondition(lambda self: self.groups)
    def kick_while_talking(self, which: int, whom: int) -> None:
        """Sends of both, with a kick among them: whoever was acknowledged stands in the history."""
        channel, group = self.pick(which)
        first = self.owner(group)
        me, them = self.ids[first], self.ids[whom]
        if not group.may_remove(me, them) or them not in group.people:
            return
        self.count += 1

        async def work() -> tuple[list[tuple[str, str, Json]], bool]:
            for person in (first, whom):
                await self.voice(person)
            texts = [f"talk {self.count} {n}" for n in range(6)]
            speakers = [first, whom] * 3
            asked = [self._say(p, channel, t, None) for p, t in zip(speakers, texts, strict=True)]
            kick = self.attempt(first, RemoveMember(ChannelId(int(channel)), UserId(int(them))))
            *replies, done = await asyncio.gather(*asked[:3], *asked[3:], kick)
            return [
                (self.ids[p], t, r) for p, t, r in zip(speakers, texts, replies, strict=True)
            ], bool(done)

        sent, done = self.runner.run(work())
        assert done
        acks = [(me, t, r["data"]) for me, t, r in sent if r["type"] == "message_ack"]
        for author, text, ack in sorted(acks, key=lambda a: a[2]["seq"]):
            self._said(group, author, text, None, ack)
        assert sum(author == me for author, _, _ in acks) == 3
        group.remove(them)

    # -- connections --------------------------------------------------------------------------------

    @rule(person=people, device=st.integers(0, DEVICES - 1))
    def disconnect(self, person: int, device: int) -> None:
        async def work() -> None:
            self.clients[person * DEVICES + device].disconnect()

        self.runner.run(work())

    @rule(person=people, device=st.integers(0, DEVICES - 1), resume=st.booleans())
    def connect(self, person: int, device: int, *, resume: bool) -> None:
        client = self.clients[person * DEVICES + device]
        if not client.is_open:
            self.runner.run(client.connect(resume=resume))

    @rule()
    def restart(self) -> None:
        async def work() -> None:
            await self.server.quiet()
            for client in self.clients:
                client.absorb()
            await self.server.restart()

        self.runner.run(work())

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
            fresh.disconnect()

    def _compare_with_model(self, fresh: Client) -> None:
        me = fresh.me
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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("sync_messages", [500, 2], ids=["whole syncs", "limited syncs"])
def test_t06_t13_every_client_the_server_and_the_model_agree(
    monkeypatch: pytest.MonkeyPatch, sync_messages: int
) -> None:
    monkeypatch.setattr(replay, "SYNC_MESSAGES", sync_messages)
    run_state_machine_as_test(
        Convergence,
        settings=settings(
            max_examples=20,
            stateful_step_count=50,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
