"""All services on a store of their own, and short words for what people do in servers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from fakes.blobs import MemoryBlobs
from fakes.broker import RecordingBroker
from fakes.clock import FakeClock
from fakes.ids import SequentialIds
from fakes.presence import FakePresence
from fakes.world import World, refused
from hubbub.auth.tokens import JwtTokens
from hubbub.config import Settings
from hubbub.model.administration import Vitals
from hubbub.model.commands import Caller, Command, EnterAsGuest, SendMessage
from hubbub.model.entities import Channel, ChannelView, Override, Sent, User
from hubbub.model.errors import Code, Refused
from hubbub.model.events import Publication
from hubbub.model.ids import ChannelId, RoleId, ServerId
from hubbub.model.server_commands import (
    AcceptInvite,
    CreateChannel,
    CreateInvite,
    CreateRole,
    CreateServer,
    MoveRoles,
    PutOverride,
    UpdateServerMember,
)
from hubbub.model.servers import Role, ServerMember, ServerView
from hubbub.ports.store import nothing, settled
from hubbub.services.accounts import Accounts
from hubbub.services.bots import Bots
from hubbub.services.categories import Categories
from hubbub.services.channels import Channels
from hubbub.services.conversations import Conversations
from hubbub.services.directory import Directory
from hubbub.services.directs import Directs
from hubbub.services.dispatch import Dispatch, Services
from hubbub.services.guests import Guests
from hubbub.services.images import Images
from hubbub.services.installation import Installation
from hubbub.services.invites import Invites
from hubbub.services.lens import Lens
from hubbub.services.logins import Logins
from hubbub.services.members import Members
from hubbub.services.messages import Messages, RecallPolicy
from hubbub.services.people import People
from hubbub.services.pins import Pins
from hubbub.services.preferences import Preferences
from hubbub.services.rates import Rates
from hubbub.services.reactions import Reactions
from hubbub.services.reads import Reads
from hubbub.services.relationships import Relationships
from hubbub.services.roles import Roles
from hubbub.services.server_members import ServerMembers
from hubbub.services.servers import Servers
from hubbub.services.states import ServerState, ServerStates
from hubbub.services.text_channels import TextChannels
from hubbub.services.webhooks import Webhooks
from hubbub.storage.store import SqliteStore

KEY = ("test", bytes(range(32)))


class PlainPasswords:
    """Passwords as they are."""

    async def hash(self, password: str) -> str:
        return f"plain:{password}"

    async def verify(self, encoded: str | None, password: str) -> bool:
        return encoded == f"plain:{password}"


class Town:
    """Everything that services do, without connections. `rated`: with rate limits."""

    def __init__(self, path: Path, *, rated: bool = False) -> None:
        self.broker = RecordingBroker()
        self.path = path
        self.store = SqliteStore(path, self.broker.publish, lambda: None)
        self.world = World(self.store)
        self.directory = Directory(self.store, ServerStates(self.store))
        self.clock, self.ids = FakeClock(), SequentialIds(10**9)
        self.presence, self.blobs = FakePresence(), MemoryBlobs()
        self.rates = Rates(self.clock, enabled=rated)
        self.tokens = JwtTokens([KEY], self.clock)
        self.services = self._services()
        self.dispatch = Dispatch(self.services, self.rates)
        self.broker.subscribe(self._remember)

    def _services(self) -> Services:
        store, directory, clock, ids = ground = self.store, self.directory, self.clock, self.ids
        recall = RecallPolicy("both", 0)
        tokens, rates = self.tokens, self.rates
        self.logins = Logins(
            store, tokens, rates, clock, ids, access_seconds=900, refresh_seconds=86_400
        )
        messages = Messages(store, directory, rates, clock, ids, recall, self.presence)
        images = Images(store, self.blobs, messages, directory, rates, ids)
        text_channels = TextChannels(*ground)
        channels = Channels(*ground, text_channels)
        relationships = Relationships(store, rates, clock, ids)
        accounts = Accounts(store, self.logins, PlainPasswords(), rates, clock, ids)
        settings = Settings(guests="open", metrics_token="not to be seen")
        vitals = Vitals(2, 3, 4, 5)
        return Services(
            accounts,
            self.logins,
            channels,
            Members(store, directory, clock),
            messages,
            Reactions(store, directory, rates),
            Reads(store, directory, self.broker),
            self.presence,
            images,
            relationships,
            Servers(*ground),
            Categories(*ground),
            text_channels,
            Roles(*ground),
            ServerMembers(*ground),
            Invites(*ground, rates),
            Webhooks(*ground, rates),
            Bots(*ground, self.logins, rates),
            Pins(store, directory, clock),
            Preferences(store, directory),
            Guests(store, rates, clock, ids, is_open=True),
            Directs(store, directory, channels, messages, relationships),
            Conversations(store, directory, channels, messages, self.presence),
            Lens(messages, {}),
            People(store, PlainPasswords(), self.presence),
            Installation(settings, {"port": "flag"}, store, accounts, clock, lambda: vitals),
        )

    def _remember(self, publications: Sequence[Publication]) -> None:
        for publication in publications:
            self.directory.apply(publication.event)
            self.logins.apply(publication.event)
            self.services.images.apply(publication.event)

    # -- doing --------------------------------------------------------------------------------------

    async def do(self, user: User | None, command: Command) -> Any:
        """What came of it, once memory knows."""
        result = await self.dispatch.handle(Caller("192.0.2.1", user), command)
        await self.quiet()
        return result

    async def refused(self, user: User | None, command: Command, code: Code) -> Refused:
        """The refusal, for this reason."""
        found = await refused(self.do(user, command))
        assert found.code is code, found
        return found

    async def forbidden(self, user: User, command: Command) -> Refused:
        return await self.refused(user, command, Code.FORBIDDEN)

    async def absent(self, user: User | None, command: Command) -> Refused:
        return await self.refused(user, command, Code.NOT_FOUND)

    async def quiet(self) -> None:
        """Returns when all has been published."""
        await self.store.write(lambda: settled(None), nothing)
        await self.store.published()

    async def heard(self) -> list[Publication]:
        """What has been published since the last call."""
        await self.quiet()
        found = [p for commit in self.broker.commits for p in commit]
        self.broker.commits.clear()
        return found

    # -- people and servers -------------------------------------------------------------------------

    async def person(self, name: str | None = None) -> User:
        return await self.world.person(name)

    async def guest(self, name: str | None = None) -> User:
        """Who has come in with a name alone."""
        found: User = await self.do(None, EnterAsGuest(name or f"guest{self.ids.next_id()}"))
        return found

    async def server(self, owner: User, channel: str = "general") -> ServerView:
        made: ServerView = await self.do(owner, CreateServer("here", first_channel=channel))
        return made

    async def enter(self, server: ServerId, owner: User, *users: User) -> None:
        invite = await self.do(owner, CreateInvite(server))
        for user in users:
            await self.do(user, AcceptInvite(invite.code))

    async def newcomer(self, server: ServerId, owner: User, *roles: Role) -> User:
        """A new member, whom the owner gives roles."""
        user = await self.person()
        await self.enter(server, owner, user)
        if roles:
            await self.give(owner, server, user, *roles)
        return user

    async def give(self, by: User, server: ServerId, user: User, *roles: Role) -> ServerMember:
        held = tuple(role.id for role in roles)
        member, _ = await self.do(by, UpdateServerMember(server, user.id, role_ids=held))
        found: ServerMember = member
        return found

    async def role(
        self, by: User, server: ServerId, permissions: int = 0, name: str = "role"
    ) -> Role:
        """Above all others, where `by` is the owner."""
        made: Role = await self.do(by, CreateRole(server, name, 0, permissions))
        top = len(self.state(server).roles) - 1
        order = await self.do(by, MoveRoles(server, ((made.id, top),)))
        found: Role = next(role for role in order if role.id == made.id)
        return found

    async def channel(
        self, by: User, server: ServerId, *overrides: Override, **more: object
    ) -> Channel:
        command = CreateChannel(server, "more", overrides=overrides, **more)  # type: ignore[arg-type]  # any fields
        view: ChannelView = await self.do(by, command)
        return view.channel

    async def override(
        self, by: User, channel: ChannelId, target: RoleId | int, allow: int = 0, deny: int = 0
    ) -> Channel:
        is_role = target in self.state_of(channel).roles
        found: Channel = await self.do(
            by, PutOverride(channel, Override(target, is_role, allow, deny))
        )
        return found

    async def say(self, user: User, channel: ChannelId, text: str = "hi", **more: object) -> Sent:
        found: Sent = await self.do(user, SendMessage(channel, text, **more))  # type: ignore[arg-type]  # any fields
        return found

    # -- memory -------------------------------------------------------------------------------------

    def state(self, server: ServerId) -> ServerState:
        found = self.directory.states.known(server)
        assert found is not None
        return found

    def state_of(self, channel: ChannelId) -> ServerState:
        found = next(s for s in self.directory.states.all() if channel in s.channels)
        return found

    async def require_current(self) -> None:
        """Memory says what the store says; of messages and of what people want to be told of, it need not."""
        await self.quiet()
        for state in self.directory.states.all():
            rows = await self.store.read(self.store.servers.load(state.server.id))
            assert rows is not None, "memory has a server that is gone"
            assert facts(state) == facts(ServerState(rows))


def facts(state: ServerState) -> dict[str, object]:
    """A server without what counts messages and without versions."""
    plain = msgspec.structs.replace
    return {
        "server": plain(state.server, version=0),
        "roles": state.roles,
        "categories": state.categories,
        "channels": {
            i: plain(
                c,
                version=0,
                last_seq=0,
                overrides=tuple(sorted(c.overrides, key=lambda o: o.target_id)),
            )
            for i, c in state.channels.items()
        },
        "members": {i: (m.nickname, m.role_ids, m.joined_at) for i, m in state.members.items()},
    }
