"""T06 and T13: whatever people do in whatever order, every client, the server and the model agree."""

import asyncio

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from convergence.device import Json
from convergence.histories import run
from convergence.model import Group
from convergence.world import DEVICES, PEOPLE, World
from hubbub.gateway import replay
from hubbub.model.commands import (
    AddMember,
    Block,
    DeleteChannel,
    EndRelationship,
    RemoveMember,
    RequestFriend,
    UpdateChannel,
)
from hubbub.model.entities import GroupRole
from hubbub.model.ids import ChannelId, UserId

people = st.integers(0, PEOPLE - 1)
picks = st.integers(0, 1_000)
nonces = st.one_of(st.none(), st.sampled_from("abc"))


class Convergence(World):
    """What people do."""

    # -- channels -----------------------------------------------------------------------------------

    @rule(owner=people, private=st.booleans())
    @precondition(lambda self: len(self.groups) < 4)
    def create(self, owner: int, *, private: bool) -> None:
        self.runner.run(self._create(owner, private=private))

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

    @rule(actor=people, whom=people, which=picks, role=st.sampled_from([None, *GroupRole]))
    @precondition(lambda self: self.groups)
    def add(self, actor: int, whom: int, which: int, role: GroupRole | None) -> None:
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
                group.people[them] = 2 if role is GroupRole.ADMIN else 1

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

    # -- friends and blocks -------------------------------------------------------------------------

    @rule(person=people, whom=people, act=st.sampled_from(["ask", "block", "end"]))
    def relate(self, person: int, whom: int, act: str) -> None:
        if person == whom:
            return
        commands = {"ask": RequestFriend, "block": Block, "end": EndRelationship}
        me, them = self.ids[person], self.ids[whom]
        done = self.runner.run(self.attempt(person, commands[act](UserId(int(them)))))
        assert done == getattr(self.bonds, act)(me, them)

    @rule(pair=st.permutations(range(PEOPLE)))
    def ask_each_other(self, pair: list[int]) -> None:
        """At once: whatever they were before, the order of the two does not matter for what they are now."""
        one, other = pair[:2]
        me, them = self.ids[one], self.ids[other]

        async def work() -> list[bool]:
            asked = ((n, RequestFriend(UserId(int(i)))) for n, i in ((one, them), (other, me)))
            return await asyncio.gather(*(self.attempt(n, command) for n, command in asked))

        done = self.runner.run(work())
        assert sorted(done) == sorted((self.bonds.ask(me, them), self.bonds.ask(them, me)))

    @rule(person=people, whom=people)
    def write_to(self, person: int, whom: int) -> None:
        if person != whom:
            done = self.runner.run(self._write_to(person, whom))
            assert done == self.bonds.may_write(self.ids[person], self.ids[whom])

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
            acks = (reply["data"] for reply in replies)
            return list(zip((self.ids[p] for p in senders), texts, acks, strict=True))

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
            connecting = client.connect(resume=True)
            _, replies = await asyncio.gather(connecting, asyncio.gather(*asked))
            return [reply["data"] for reply in replies]

        for text, ack in zip(texts, self.runner.run(work()), strict=True):
            self._said(group, self.ids[owner], text, None, ack)

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
            replies, done = await asyncio.gather(asyncio.gather(*asked), kick)
            return list(zip((self.ids[p] for p in speakers), texts, replies, strict=True)), done

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


@pytest.mark.timeout(300)
@pytest.mark.parametrize("sync_messages", [500, 2], ids=["whole syncs", "limited syncs"])
def test_t06_t13_every_client_the_server_and_the_model_agree(
    monkeypatch: pytest.MonkeyPatch, sync_messages: int
) -> None:
    monkeypatch.setattr(replay, "SYNC_MESSAGES", sync_messages)
    run(Convergence, examples=20)
