"""Cases for clients in other languages: what one was told first, what then, and what one would be told now.

`python -m convergence.fixtures` writes them anew; the same seed makes the same case, but for ids and times, which are
put in order: an id becomes its rank among all of the case.
"""

import asyncio
import json
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from convergence.device import Json
from convergence.node import LocalServer
from convergence.recorder import Recorder
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.entities import GroupRole, Override, Tokens
from hubbub.model.errors import Refused
from hubbub.model.ids import CategoryId, ChannelId, MessageId, RoleId, ServerId, UserId
from hubbub.model.permissions import BITS

CASES = Path(__file__).parent / "cases"
COUNT, STEPS, PEOPLE = 32, 32, 3
_ID = re.compile(r"(?<!\d)\d{13,16}(?!\d)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_NAMES = ("VIEW_CHANNEL", "SEND_MESSAGES", "READ_HISTORY", "MANAGE_MESSAGES", "MANAGE_CHANNEL")
_CHANCES = tuple(BITS[name] for name in _NAMES)


class History:
    """A server, its people, and one who listens; what they do is drawn by the seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.count = 0
        self.groups: list[ChannelId] = []
        self.texts: list[ChannelId] = []
        self.roles: list[RoleId] = []
        self.categories: list[CategoryId] = []
        self.said: list[tuple[ChannelId, MessageId]] = []

    async def play(self) -> Json:
        """The case."""
        self.server = LocalServer(self.folder)
        try:
            return await self._play()
        finally:
            await self.server.close()

    async def _play(self) -> Json:
        self.tokens: list[Tokens] = [await self.server.register(f"u{n}") for n in range(PEOPLE)]
        self.ids = [t.user.id for t in self.tokens]
        await self._begin()
        tokens = self.chance.choice(self.tokens)
        viewer = Recorder(self.server, tokens)
        await viewer.connect(resume=False)
        break_at = self.chance.choice([None, self.chance.randrange(STEPS)])
        for step in range(STEPS):
            if step == break_at:
                viewer.disconnect()
            await self._step()
            if viewer.is_open:
                await viewer.catch_up()
            if break_at is not None and step == break_at + 5:
                await viewer.connect(resume=True)
        if not viewer.is_open:
            await viewer.connect(resume=True)
        await self.server.quiet()
        await viewer.catch_up()
        fresh = Recorder(self.server, tokens)
        await fresh.connect(resume=False)
        return {
            "snapshot_before": viewer.ready,
            "events": viewer.events,
            "snapshot_after": fresh.ready,
        }

    async def _begin(self) -> None:
        view = await self._do(0, sc.CreateServer("home", first_channel="general"))
        self.home = ServerId(view.server.id)
        self.everyone = RoleId(view.server.everyone_role_id)
        self.texts.append(view.channels[0].channel.id)
        group = await self._do(0, c.CreateGroup("friends", guests=False))
        self.groups.append(group.channel.id)
        for n in range(1, PEOPLE):
            await self._come(n)
            await self._do(n, c.AddMember(self.groups[0], self.ids[n]))

    # -- steps --------------------------------------------------------------------------------------

    async def _do(self, person: int, command: Any) -> Any:
        caller = await self.server.caller(self.tokens[person].access_token)
        return await self.server.do(caller, command)

    async def _step(self) -> None:
        """What may not be done is not done: that is a step too."""
        steps: list[Callable[[int], Awaitable[None]]] = [
            *[self._say] * 6, *[self._mend] * 4, *[self._read] * 3, *[self._group] * 2, *[self._people] * 4,
            *[self._channel] * 2, *[self._override] * 2, *[self._role] * 3, *[self._bearers] * 2,
            *[self._category] * 2, self._rename, self._direct, self._come, self._go,
        ]  # fmt: skip
        step = self.chance.choice(steps)
        with suppress(Refused):
            await step(self.chance.randrange(PEOPLE))
        await self.server.quiet()

    def _name(self) -> str:
        self.count += 1
        return f"name {self.count}"

    def _somebody(self) -> UserId:
        return self.chance.choice(self.ids)

    def _place(self) -> ChannelId:
        return self.chance.choice([*self.groups, *self.texts])

    def _some(self) -> int:
        return sum(self.chance.sample(_CHANCES, self.chance.randrange(3)))

    async def _say(self, person: int) -> None:
        channel = self._place()
        calls = ["", "", f"<@{self._somebody()}>", "@everyone", "@here"]
        calls += [f"<@&{role}>" for role in self.roles]
        content = f"{self._name()} {self.chance.choice(calls)}"
        sent = await self._do(person, c.SendMessage(channel, content))
        self.said.append((channel, sent.message.id))

    async def _mend(self, person: int) -> None:
        if not self.said:
            return
        at = self.chance.choice(self.said)
        acts: list[Any] = [
            c.EditMessage(*at, f"edited {self._name()} <@{self._somebody()}>"),
            c.RecallMessage(*at),
            c.AddReaction(*at, "👍"),
            c.RemoveReaction(*at, "👍"),
            sc.PinMessage(*at),
            sc.UnpinMessage(*at),
        ]
        await self._do(person, self.chance.choice(acts))

    async def _read(self, person: int) -> None:
        mark = self.chance.choice([c.MarkRead, c.MarkRead, c.MarkDelivered])
        await self._do(person, mark(self._place(), self.chance.randrange(12)))

    async def _group(self, person: int) -> None:
        if len(self.groups) < 4:
            command = c.CreateGroup(self._name(), private=self.chance.random() < 0.5)
            made = await self._do(person, command)
            self.groups.append(made.channel.id)
        else:
            gone = self.chance.choice(self.groups)
            await self._do(person, c.DeleteChannel(gone))
            self.groups.remove(gone)

    async def _people(self, person: int) -> None:
        group, whom = self.chance.choice(self.groups), self._somebody()
        role = self.chance.choice([None, None, GroupRole.ADMIN, GroupRole.MEMBER])
        acts: list[Any] = [
            c.AddMember(group, whom, role),
            c.AddMember(group, self.ids[person]),
            c.RemoveMember(group, whom),
            c.RemoveMember(group, whom, ban=True),
            c.UpdateChannel(group, owner_id=whom),
            c.UpdateChannel(group, name=self._name()),
        ]
        await self._do(person, self.chance.choice(acts))

    async def _channel(self, person: int) -> None:
        which = self.chance.choice(self.texts)
        if len(self.texts) < 3:
            deny = self.chance.choice([0, BITS["VIEW_CHANNEL"]])
            override = Override(int(self.everyone), True, 0, deny)
            made = await self._do(
                0, sc.CreateChannel(self.home, self._name(), overrides=(override,))
            )
            self.texts.append(made.channel.id)
        elif self.chance.random() < 0.3:
            await self._do(0, c.DeleteChannel(which))
            self.texts.remove(which)
        else:
            topic, position = self._name(), self.chance.randrange(4)
            await self._do(person, c.UpdateChannel(which, description=topic, position=position))

    async def _override(self, _person: int) -> None:
        roles = [self.everyone, *self.roles]
        is_role = self.chance.random() < 0.7
        target = int(self.chance.choice(roles) if is_role else self._somebody())
        allow = self._some()
        override = Override(target, is_role, allow, self._some() & ~allow)
        await self._do(0, sc.PutOverride(self.chance.choice(self.texts), override))

    async def _role(self, _person: int) -> None:
        if len(self.roles) < 2:
            made = await self._do(0, sc.CreateRole(self.home, self._name(), 0, self._some()))
            self.roles.append(made.id)
            return
        role = self.chance.choice(self.roles)
        acts: list[Any] = [
            sc.UpdateRole(self.home, self.everyone, permissions=self._some() | 7),
            sc.UpdateRole(self.home, role, permissions=self._some()),
            sc.MoveRoles(self.home, ((role, self.chance.randrange(1, 3)),)),
            sc.DeleteRole(self.home, role),
        ]
        act = self.chance.choice(acts)
        await self._do(0, act)
        if isinstance(act, sc.DeleteRole):
            self.roles.remove(role)

    async def _bearers(self, person: int) -> None:
        bearers = tuple(self.chance.sample(self.roles, self.chance.randrange(len(self.roles) + 1)))
        acts: list[Any] = [
            sc.UpdateServerMember(self.home, self._somebody(), role_ids=bearers),
            sc.UpdateServerMember(self.home, self._somebody(), role_ids=bearers),
            sc.UpdateServerMember(self.home, self._somebody(), nickname=self._name()),
        ]
        await self._do(self.chance.choice([0, person]), self.chance.choice(acts))

    async def _category(self, _person: int) -> None:
        if not self.categories:
            made = await self._do(0, sc.CreateCategory(self.home, self._name()))
            self.categories.append(made.id)
            into = c.UpdateChannel(self.chance.choice(self.texts), category_id=made.id)
            await self._do(0, into)
        elif self.chance.random() < 0.5:
            await self._do(0, sc.DeleteCategory(self.categories.pop()))
        else:
            await self._do(0, sc.UpdateCategory(self.categories[0], name=self._name(), position=3))

    async def _rename(self, person: int) -> None:
        acts: list[Any] = [
            sc.UpdateServer(self.home, name=self._name()),
            c.UpdateProfile(self._name()),
        ]
        await self._do(person, self.chance.choice(acts))

    async def _direct(self, person: int) -> None:
        view, _ = await self._do(person, c.OpenDirect(self._somebody()))
        await self._do(person, c.SendMessage(view.channel.id, self._name()))

    async def _come(self, person: int) -> None:
        invite = await self._do(0, sc.CreateInvite(self.home))
        await self._do(person, sc.AcceptInvite(invite.code))

    async def _go(self, person: int) -> None:
        ban = self.chance.random() < 0.3
        whom = self._somebody()
        await self._do(person, sc.RemoveServerMember(self.home, whom, ban=ban and person == 0))
        if ban:
            await self._do(0, sc.Unban(self.home, whom))


def tidy(case: Json) -> Json:
    """With ranks for ids and one time for all: what differs from run to run is gone."""
    text = json.dumps(case, ensure_ascii=False, sort_keys=True)
    for session in {case[name]["session_id"] for name in ("snapshot_before", "snapshot_after")}:
        text = text.replace(f'"{session}"', '"session"')
    ranks = {x: n for n, x in enumerate(sorted(set(_ID.findall(text)), key=int))}
    text = _ID.sub(lambda found: str(1_000 + ranks[found[0]]), text)
    found: Json = json.loads(_TIME.sub("2026-01-01T00:00:00.000Z", text))
    return found


def make(seed: int) -> Json:
    """One case, tidied."""
    folder = Path(tempfile.mkdtemp(prefix="hubbub-case-"))
    try:
        return tidy(asyncio.run(History(seed, folder).play()))
    finally:
        shutil.rmtree(folder)


def path(seed: int) -> Path:
    """Where a case is kept."""
    return CASES / f"{seed:02}.json"


def lines(case: Json) -> str:
    """An event a line, so that changes can be read."""

    def short(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    events = ",\n".join(short(event) for event in case["events"])
    before, after = short(case["snapshot_before"]), short(case["snapshot_after"])
    return f'{{"snapshot_before":{before},\n"events":[\n{events}\n],\n"snapshot_after":{after}}}\n'


def main() -> None:
    """Writes all of them."""
    CASES.mkdir(exist_ok=True)
    for seed in range(COUNT):
        path(seed).write_text(lines(make(seed)))
    sys.stdout.write(f"{COUNT} cases in {CASES}\n")


if __name__ == "__main__":
    main()
