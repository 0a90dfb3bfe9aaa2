"""S10: no sequence of commands lifts a person above what somebody above them has given them."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fakes.town import Town
from hubbub.model.commands import Command, DeleteChannel
from hubbub.model.entities import Override, User
from hubbub.model.errors import Refused
from hubbub.model.ids import ChannelId, RoleId
from hubbub.model.permissions import (
    ADMINISTRATOR,
    ALL,
    IN_CHANNELS,
    KICK_MEMBERS,
    MANAGE_CHANNEL,
    MANAGE_ROLES,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from hubbub.model.server_commands import (
    CreateChannel,
    CreateRole,
    DeleteRole,
    MoveRoles,
    PutOverride,
    RemoveServerMember,
    SetOverrides,
    UpdateRole,
    UpdateServer,
    UpdateServerMember,
)
from hubbub.services.states import ServerState

T = TypeVar("T")

LADDER = 5  # roles at the beginning
bits = st.integers(0, ALL & ~ADMINISTRATOR)
masks = st.sampled_from((ALL, SEND_MESSAGES | VIEW_CHANNEL, MANAGE_ROLES))
picks = st.integers(0, 50)
# What the searching is about: few bits change at a time, in the direction that would help.
few = st.sampled_from(
    (0, SEND_MESSAGES, VIEW_CHANNEL, MANAGE_ROLES, MANAGE_CHANNEL, ADMINISTRATOR, KICK_MEMBERS)
)


class Powers:
    """What one person may do, and which roles stand at or above theirs."""

    def __init__(self, state: ServerState, user: User) -> None:
        self.server = state.permissions(user.id)
        self.channels = {i: state.permissions_in(i, user.id) for i in state.channels}
        top = state.top(user.id)
        self.above = {r.id for r in state.roles.values() if r.position >= top}


class Escalation(RuleBasedStateMachine):
    """Mallory does what she likes, with what the owner gives her; Bob would help her."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()

    def run(self, work: Awaitable[T]) -> T:
        async def waited() -> T:
            return await work

        return self.runner.run(waited())

    async def build(self, granted: list[int], held: set[int], everyone: int) -> None:
        self.town = town = Town(Path(self.folder.name) / "hubbub.db")
        self.owner = await town.person()
        view = await town.server(self.owner)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        roles = [await town.role(self.owner, self.id, b, str(n)) for n, b in enumerate(granted)]
        own = [roles[n] for n in held]
        self.mallory = await town.newcomer(self.id, self.owner, *own)
        self.bob = await town.newcomer(self.id, self.owner)
        command = UpdateRole(self.id, self.everyone, permissions=everyone)
        await town.do(self.owner, command)

    @initialize(
        granted=st.lists(bits, min_size=LADDER, max_size=LADDER),
        held=st.sets(st.integers(0, LADDER - 1), min_size=1, max_size=3),
        everyone=bits,
    )
    def begin(self, granted: list[int], held: set[int], everyone: int) -> None:
        granted[max(held)] |= MANAGE_ROLES | VIEW_CHANNEL
        self.run(self.build(granted, held, everyone))
        self.before = Powers(self.state, self.mallory)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.run(self.town.require_current())
            self.run(self.town.store.close())
        self.runner.close()
        self.folder.cleanup()

    # -- who does what ------------------------------------------------------------------------------

    @property
    def state(self) -> ServerState:
        return self.town.state(self.id)

    def role(self, pick: int) -> RoleId:
        ids = sorted(self.state.roles)
        return ids[pick % len(ids)]

    def channel(self, pick: int) -> ChannelId:
        ids = sorted(self.state.channels)
        return ids[pick % len(ids)] if ids else ChannelId(7)

    def person(self, pick: int) -> User:
        return (self.mallory, self.bob, self.owner)[pick % 3]

    def override(self, whom: int, person: bool, allow: int, deny: int) -> Override:
        named = int(self.person(whom).id) if person else int(self.role(whom))
        allow &= IN_CHANNELS
        return Override(named, not person, allow, deny & IN_CHANNELS & ~allow)

    def mallory_does(self, command: Command) -> None:
        """And is neither higher nor freer for it."""
        self.before = Powers(self.state, self.mallory)
        bob = self.state.permissions(self.bob.id)
        with contextlib.suppress(Refused):
            self.run(self.town.do(self.mallory, command))
        gained = self.state.permissions(self.bob.id) & ~bob
        assert not gained & ~self.before.server, "she gave away what she lacks"

    def owner_does(self, command: Command) -> None:
        """What is above may give anything."""
        with contextlib.suppress(Refused):
            self.run(self.town.do(self.owner, command))
        self.before = Powers(self.state, self.mallory)

    # -- roles --------------------------------------------------------------------------------------

    @rule(granted=few)
    def create_role(self, granted: int) -> None:
        self.mallory_does(CreateRole(self.id, "new", 0, granted))

    @rule(pick=picks, flip=few, mask=masks)
    def update_role(self, pick: int, flip: int, mask: int) -> None:
        role = self.state.roles[self.role(pick)]
        wanted = role.permissions ^ flip
        self.mallory_does(UpdateRole(self.id, role.id, permissions=wanted, mask=mask))

    @rule(moves=st.lists(st.tuples(picks, st.integers(0, 9)), min_size=1, max_size=3))
    def move_roles(self, moves: list[tuple[int, int]]) -> None:
        wanted = {self.role(pick): position for pick, position in moves}
        self.mallory_does(MoveRoles(self.id, tuple(wanted.items())))

    @rule(pick=picks)
    def delete_role(self, pick: int) -> None:
        self.mallory_does(DeleteRole(self.id, self.role(pick)))

    @rule(who=picks, add=picks, drop=picks)
    def wear(self, who: int, add: int, drop: int) -> None:
        user = self.person(who)
        member = self.state.members.get(user.id)
        held = set(member.role_ids) if member is not None else set()
        wanted = (held | {self.role(add)}) - {self.role(drop)}
        command = UpdateServerMember(self.id, user.id, role_ids=tuple(wanted))
        self.mallory_does(command)

    # -- channels -----------------------------------------------------------------------------------

    @rule(where=picks, whom=picks, person=st.booleans(), allow=few, deny=few)
    def put_override(self, where: int, whom: int, person: bool, allow: int, deny: int) -> None:
        wanted = self.override(whom, person, allow, deny)
        self.mallory_does(PutOverride(self.channel(where), wanted))

    @rule(where=picks, whom=picks, person=st.booleans(), allow=few, mask=masks)
    def set_overrides(self, where: int, whom: int, person: bool, allow: int, mask: int) -> None:
        wanted = (self.override(whom, person, allow, 0),)
        self.mallory_does(SetOverrides(self.channel(where), wanted, mask))

    @rule(whom=picks, person=st.booleans(), allow=few, deny=few)
    def create_channel(self, whom: int, person: bool, allow: int, deny: int) -> None:
        wanted = (self.override(whom, person, allow, deny),)
        self.mallory_does(CreateChannel(self.id, "new", overrides=wanted))

    @rule(where=picks)
    def delete_channel(self, where: int) -> None:
        if len(self.state.channels) > 1:
            self.mallory_does(DeleteChannel(self.channel(where)))

    @rule()
    def take_the_server(self) -> None:
        self.mallory_does(UpdateServer(self.id, owner_id=self.mallory.id))
        self.mallory_does(RemoveServerMember(self.id, self.owner.id))

    # -- what is above her --------------------------------------------------------------------------

    @rule(where=picks, whom=picks, person=st.booleans(), allow=few, deny=few)
    def owner_overrides(self, where: int, whom: int, person: bool, allow: int, deny: int) -> None:
        wanted = self.override(whom, person, allow, deny)
        self.owner_does(PutOverride(self.channel(where), wanted))

    @rule(pick=picks, flip=few)
    def owner_updates_a_role(self, pick: int, flip: int) -> None:
        role = self.state.roles[self.role(pick)]
        wanted = role.permissions ^ flip & ~ADMINISTRATOR
        self.owner_does(UpdateRole(self.id, role.id, permissions=wanted))

    @rule(add=picks)
    def owner_gives_a_role(self, add: int) -> None:
        held = self.state.members[self.mallory.id].role_ids
        wanted = (*held, self.role(add))
        self.owner_does(UpdateServerMember(self.id, self.mallory.id, role_ids=wanted))

    # -- what must hold -----------------------------------------------------------------------------

    @invariant()
    def she_is_no_higher_than_before(self) -> None:
        if not hasattr(self, "before"):
            return
        now = Powers(self.state, self.mallory)
        assert not now.server & ~self.before.server, "she rose in the server"
        for channel_id, found in now.channels.items():
            had = self.before.channels.get(channel_id, self.before.server)
            assert not found & ~had, "she rose in a channel"
        assert self.before.above & self.state.roles.keys() <= now.above, "she rose above a role"
        assert self.state.server.owner_id == self.owner.id
        positions = sorted(role.position for role in self.state.roles.values())
        assert positions == list(range(len(positions)))


TestEscalation = Escalation.TestCase
TestEscalation.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
