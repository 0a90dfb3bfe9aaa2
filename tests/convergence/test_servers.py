"""T06, T13 and T28 for servers: whatever people do in whatever order, every client, the server and the model agree."""

import asyncio

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from convergence.device import Json
from convergence.histories import run
from convergence.server_model import Place, Said, words
from convergence.server_world import DEVICES, OWNER, PEOPLE, ServerWorld
from hubbub.gateway import replay
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import Override
from hubbub.model.ids import CategoryId, ChannelId, MessageId, RoleId, UserId
from hubbub.model.permissions import BITS

_TELLING = [BITS[n] for n in ("VIEW_CHANNEL", "SEND_MESSAGES", "READ_HISTORY", "MANAGE_MESSAGES")]

people = st.integers(0, PEOPLE - 1)
others = st.integers(1, PEOPLE - 1)
picks = st.integers(0, 1_000)
bits = st.lists(st.sampled_from(_TELLING), max_size=3).map(lambda found: sum(set(found)))
granted = st.one_of(bits, st.just(BITS["ADMINISTRATOR"]))


ACTS = ["recall", "edit", "pin", "unpin", "react", "unreact"]


class Servers(ServerWorld):
    """The owner changes the server; everybody talks in it."""

    # -- channels and roles -------------------------------------------------------------------------

    @rule(deny=bits)
    @precondition(lambda self: len(self.model.places) < 4)
    def create_channel(self, deny: int) -> None:
        everyone, name = self.model.everyone, self.name()
        override = (Override(int(everyone), True, 0, deny),) if deny else ()
        made = self.allowed(OWNER, sc.CreateChannel(self.server_id, name, overrides=override))
        place = self.model.places[str(made.channel.id)] = Place(name)
        if deny:
            place.overrides[everyone] = (words(0), words(deny))

    @rule(person=people, which=picks)
    def rename_channel(self, person: int, which: int) -> None:
        channel, place = self.place(which)
        name = self.name()
        done = self.allowed(person, c.UpdateChannel(ChannelId(int(channel)), name=name))
        assert bool(done) == ("MANAGE_CHANNEL" in self.model.may_in(self.ids[person], place))
        if done:
            place.name = name

    @rule(which=picks)
    @precondition(lambda self: len(self.model.places) > 2)
    def delete_channel(self, which: int) -> None:
        channel, _ = self.place(which)
        assert self.allowed(OWNER, c.DeleteChannel(ChannelId(int(channel))))
        del self.model.places[channel]

    @rule(which=picks)
    @precondition(lambda self: len(self.model.categories) < 2)
    def categorise(self, which: int) -> None:
        name = self.name()
        made = self.allowed(OWNER, sc.CreateCategory(self.server_id, name))
        channel, place = self.place(which)
        into = c.UpdateChannel(ChannelId(int(channel)), category_id=made.id)
        assert self.allowed(OWNER, into)
        self.model.categories[str(made.id)] = name
        place.category = str(made.id)

    @rule()
    @precondition(lambda self: self.model.categories)
    def delete_category(self) -> None:
        gone = min(self.model.categories)
        assert self.allowed(OWNER, sc.DeleteCategory(CategoryId(int(gone))))
        del self.model.categories[gone]
        for place in self.model.places.values():
            place.category = None if place.category == gone else place.category

    @rule()
    @precondition(lambda self: self.model.categories)
    def rename_category(self) -> None:
        which, name = max(self.model.categories), self.name()
        command = sc.UpdateCategory(CategoryId(int(which)), name=name, position=self.count)
        assert self.allowed(OWNER, command)
        self.model.categories[which] = name

    @rule(which=picks, position=st.integers(0, 5))
    def describe_channel(self, which: int, position: int) -> None:
        """Seen by clients alone: they must agree."""
        channel, _ = self.place(which)
        told = self.name()
        command = c.UpdateChannel(ChannelId(int(channel)), description=told, position=position)
        assert self.allowed(OWNER, command)

    @rule(person=people)
    def rename_server(self, person: int) -> None:
        name = self.name()
        done = self.allowed(person, sc.UpdateServer(self.server_id, name=name))
        assert bool(done) == ("MANAGE_SERVER" in self.model.may(self.ids[person]))
        if done:
            self.model.name = name

    @rule(person=people)
    def take_a_nickname(self, person: int) -> None:
        me = self.ids[person]
        command = sc.UpdateServerMember(self.server_id, UserId(int(me)), nickname=self.name())
        assert bool(self.allowed(person, command)) == (me in self.model.people)

    @rule(which=picks, position=st.integers(1, 4))
    def move_role(self, which: int, position: int) -> None:
        role = self.role(which)
        command = sc.MoveRoles(self.server_id, ((RoleId(int(role)), position),))
        assert bool(self.allowed(OWNER, command)) == (role != self.model.everyone)

    @rule()
    @precondition(lambda self: self.steps > 10 and self.count % 7 == 0)
    def begin_anew(self) -> None:
        """The server ends, and everybody comes into another."""
        assert self.allowed(OWNER, sc.DeleteServer(self.server_id))
        self.runner.run(self._settle())

    @rule(permissions=granted)
    @precondition(lambda self: len(self.model.roles) < 4)
    def create_role(self, permissions: int) -> None:
        command = sc.CreateRole(self.server_id, self.name(), 0, permissions)
        self.model.roles[str(self.allowed(OWNER, command).id)] = words(permissions)

    @rule(which=picks, permissions=granted)
    def change_role(self, which: int, permissions: int) -> None:
        role = self.role(which)
        command = sc.UpdateRole(self.server_id, RoleId(int(role)), permissions=permissions)
        assert self.allowed(OWNER, command)
        self.model.roles[role] = words(permissions)

    @rule(which=picks)
    def delete_role(self, which: int) -> None:
        role = self.role(which)
        done = self.allowed(OWNER, sc.DeleteRole(self.server_id, RoleId(int(role))))
        assert bool(done) == (role != self.model.everyone)
        if done:
            self.model.drop_role(role)

    @rule(whom=others, which=st.lists(picks, max_size=3))
    def give_roles(self, whom: int, which: list[int]) -> None:
        them = self.ids[whom]
        roles = {self.role(n) for n in which} - {self.model.everyone}
        ids = tuple(RoleId(int(r)) for r in roles)
        command = sc.UpdateServerMember(self.server_id, UserId(int(them)), role_ids=ids)
        assert bool(self.allowed(OWNER, command)) == (them in self.model.people)
        if them in self.model.people:
            self.model.people[them] = roles

    @rule(which=picks, whose=picks, allow=bits, deny=bits)
    def override(self, which: int, whose: int, allow: int, deny: int) -> None:
        channel, place = self.place(which)
        members = sorted(set(self.model.people) - {self.model.owner})
        targets = [(r, True) for r in sorted(self.model.roles)] + [(m, False) for m in members]
        found, is_role = targets[whose % len(targets)]
        override = Override(int(found), is_role, allow & ~deny, deny)
        assert self.allowed(OWNER, sc.PutOverride(ChannelId(int(channel)), override))
        place.overrides[found] = (words(allow & ~deny), words(deny))
        if not allow and not deny:
            del place.overrides[found]

    # -- people -------------------------------------------------------------------------------------

    @rule(person=others)
    def join(self, person: int) -> None:
        done = self.runner.run(self._join(person))
        assert done == (self.ids[person] not in self.model.banned)

    @rule(whom=others, how=st.sampled_from(["leave", "kick", "ban"]))
    def remove(self, whom: int, how: str) -> None:
        them = self.ids[whom]
        actor = whom if how == "leave" else OWNER
        command = sc.RemoveServerMember(self.server_id, UserId(int(them)), ban=how == "ban")
        done = self.allowed(actor, command)
        assert bool(done) == (them in self.model.people or (how == "ban"))
        if done:
            self._lose(them, is_banned=how == "ban")

    def _lose(self, them: str, *, is_banned: bool) -> None:
        """What overrides say of them stays: coming back is no way around it."""
        self.model.people.pop(them, None)
        if is_banned:
            self.model.banned.add(them)

    @rule(whom=others)
    def unban(self, whom: int) -> None:
        done = self.allowed(OWNER, sc.Unban(self.server_id, UserId(int(self.ids[whom]))))
        assert bool(done) == (self.ids[whom] in self.model.banned)
        self.model.banned.discard(self.ids[whom])

    # -- messages -----------------------------------------------------------------------------------

    @rule(person=people, which=picks)
    def send(self, person: int, which: int) -> None:
        channel, place = self.place(which)
        content, me = self.name(), self.ids[person]

        async def work() -> Json:
            client = await self.voice(person)
            return await client.ask("send_message", channel_id=channel, content=content)

        reply = self.runner.run(work())
        may = "SEND_MESSAGES" in self.model.may_in(me, place)
        assert (reply["type"] == "message_ack") == may, reply
        if may:
            place.said.append(Said(me, content, reply["data"]["message_id"]))

    @rule(person=people, which=picks, message=picks, act=st.sampled_from(ACTS))
    def act(self, person: int, which: int, message: int, act: str) -> None:
        channel, place = self.place(which)
        if not place.said:
            return
        said = place.said[message % len(place.said)]
        at = ChannelId(int(channel)), MessageId(int(said.message_id))
        may = self.model.may_in(self.ids[person], place)
        moderates = "MANAGE_MESSAGES" in may
        if act == "recall":
            done = self.allowed(person, c.RecallMessage(*at))
            expected = bool(may) and (moderates or said.author == self.ids[person])
        elif act == "edit":
            done = self.allowed(person, c.EditMessage(*at, f"edited {self.count}"))
            is_author = said.author == self.ids[person]
            expected = "SEND_MESSAGES" in may and is_author and not said.is_recalled
        elif act in ("pin", "unpin"):
            command = sc.PinMessage(*at) if act == "pin" else sc.UnpinMessage(*at)
            done = self.allowed(person, command)
            expected = moderates and "READ_HISTORY" in may and not said.is_recalled
        else:
            kind = c.AddReaction if act == "react" else c.RemoveReaction
            done = self.allowed(person, kind(*at, "👍"))
            needed = {"ADD_REACTIONS", "READ_HISTORY"} if act == "react" else {"READ_HISTORY"}
            expected = needed <= may and not said.is_recalled
        assert bool(done) == expected, act
        if done and act == "recall":
            said.is_recalled = True
        elif done and act == "edit":
            said.content = f"edited {self.count}"

    @rule(which=picks, whom=others)
    def hide_while_talking(self, which: int, whom: int) -> None:
        """Sends of both with the loss of a permission among them: what was acknowledged stands in the history, and
        who lost it saw nothing behind it."""
        channel, place = self.place(which)
        them = self.ids[whom]
        if "SEND_MESSAGES" not in self.model.may_in(them, place) or them not in self.model.people:
            return
        override = Override(int(them), False, 0, BITS["VIEW_CHANNEL"])

        async def work() -> list[tuple[str, str, Json]]:
            texts = [self.name() for _ in range(6)]
            speakers = [OWNER, whom] * 3
            voices = [await self.voice(person) for person in speakers]
            asked = [
                voice.ask("send_message", channel_id=channel, content=text)
                for voice, text in zip(voices, texts, strict=True)
            ]
            hide = self.do(OWNER, sc.PutOverride(ChannelId(int(channel)), override))
            replies, _ = await asyncio.gather(asyncio.gather(*asked), hide)
            return [
                (self.ids[p], t, r["data"])
                for p, t, r in zip(speakers, texts, replies, strict=True)
                if r["type"] == "message_ack"
            ]

        for author, text, ack in sorted(self.runner.run(work()), key=lambda a: a[2]["seq"]):
            place.said.append(Said(author, text, ack["message_id"]))
            assert ack["seq"] == len(place.said)
        place.overrides[them] = (words(0), words(BITS["VIEW_CHANNEL"]))

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

    @rule(which=picks, permissions=bits, device=picks)
    def change_while_connecting(self, which: int, permissions: int, device: int) -> None:
        """What changes between the snapshot and its end must be neither lost nor told twice."""
        client = self.clients[device % len(self.clients)]
        if client.is_open:
            return
        role = self.role(which)
        command = sc.UpdateRole(self.server_id, RoleId(int(role)), permissions=permissions)

        async def work() -> None:
            await asyncio.gather(client.connect(resume=True), self.do(OWNER, command))

        self.runner.run(work())
        self.model.roles[role] = words(permissions)

    @rule(which=picks, deny=bits, device=picks)
    def override_while_connecting(self, which: int, deny: int, device: int) -> None:
        """The same of overrides, which give the server no version."""
        client = self.clients[device % len(self.clients)]
        if client.is_open:
            return
        channel, place = self.place(which)
        everyone = self.model.everyone
        override = Override(int(everyone), True, 0, deny)

        async def work() -> None:
            change = sc.PutOverride(ChannelId(int(channel)), override)
            await asyncio.gather(client.connect(resume=True), self.do(OWNER, change))

        self.runner.run(work())
        place.overrides.pop(everyone, None)
        if deny:
            place.overrides[everyone] = (words(0), words(deny))

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
def test_t06_t13_t28_servers_every_client_the_server_and_the_model_agree(
    monkeypatch: pytest.MonkeyPatch, sync_messages: int
) -> None:
    monkeypatch.setattr(replay, "SYNC_MESSAGES", sync_messages)
    run(Servers, examples=12)
