"""Short words for what tests do to the servers of a store."""

from fakes.world import World, new_id
from hubbub.model.entities import (
    Channel,
    ChannelDetail,
    Extra,
    Kind,
    Message,
    Override,
    User,
)
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, WebhookId
from hubbub.model.permissions import EVERYONE
from hubbub.model.servers import (
    AuditEntry,
    Ban,
    Category,
    Invite,
    Role,
    Server,
    ServerMember,
    ServerView,
    Webhook,
)
from hubbub.ports.server_store import Join, ServerRows


def entry(server_id: ServerId, actor: User, action: str = "server.update") -> AuditEntry:
    """What is told of a change."""
    return AuditEntry(new_id(), server_id, actor, action, 7, "why", 9, {"name": "new"})


class Community:
    """A server of one test, and what is done in it. Make it with `community`."""

    def __init__(self, world: World, server: Server, owner: User) -> None:
        self.world = world
        self.tables = world.store.servers
        self.id = server.id
        self.everyone = server.everyone_role_id
        self.owner = owner
        self._made = 0

    async def channel(self, name: str = "general", *overrides: Override, **more: object) -> Channel:
        """Behind those that there are."""
        self._made += 1
        place = {"server_id": self.id, "position": self._made, "overrides": overrides, **more}
        channel = Channel(ChannelId(new_id()), Kind.TEXT, name, "", None, False, 1, **place)  # type: ignore[arg-type]  # any fields
        return await self.world.write(self.tables.add_channel(channel))

    async def role(self, permissions: int = 0, position: int = 1, name: str = "role") -> Role:
        made = Role(RoleId(new_id()), self.id, name, 0, position, permissions)
        await self.world.write(self.tables.put_roles(self.id, [made]))
        return made

    async def category(self, name: str = "heading", position: int = 0) -> Category:
        made = Category(CategoryId(new_id()), self.id, name, position)
        return (await self.world.write(self.tables.put_category(made)))[0]

    async def invite(self, code: str, **more: object) -> Invite:
        values = {"created_at": 1, "expires_at": None, "max_uses": 0, **more}
        made = Invite(code, self.id, self.owner.id, **values)  # type: ignore[arg-type]  # any fields
        await self.world.write(self.tables.add_invite(made))
        return made

    async def enter(self, user: User, code: str | None = None, now: int = 5) -> Join:
        """By an invite, or without one."""
        member = ServerMember(self.id if code is None else ServerId(0), user.id, now)
        return await self.world.write(self.tables.join(member, code, now))

    async def newcomer(self, *roles: Role) -> User:
        """Somebody who bears the roles."""
        user = await self.world.person()
        await self.enter(user)
        if roles:
            await self.give(user, *roles)
        return user

    async def give(self, user: User, *roles: Role) -> ServerMember:
        held = tuple(role.id for role in roles)
        member = ServerMember(self.id, user.id, 99, role_ids=held)
        return (await self.world.write(self.tables.put_member(member)))[0]

    async def remove(self, user: User, *, ban: bool = False) -> tuple[User, bool, int]:
        why = Ban(self.id, user, self.owner.id, "rude", 8) if ban else None
        return await self.world.write(self.tables.remove_member(self.id, user.id, why))

    async def say(self, channel: Channel, author: User, *roles: RoleId, **more: object) -> Message:
        """A message, that mentions roles."""
        extra = Extra(mention_roles=roles) if roles else None
        draft = {"server_id": self.id, "extra": extra, **more}
        return (await self.world.send(channel.id, author, "hi", **draft)).message

    async def webhook(self, channel: Channel, name: str = "hook") -> Webhook:
        place = channel.id, self.id
        made = Webhook(WebhookId(new_id()), *place, name, "", self.owner.id, 1)
        return await self.world.write(self.world.store.programs.add_webhook(made, "hash"))

    async def view(self, user: User) -> ServerView:
        found = await self.world.store.read(self.tables.get_view(user.id, self.id))
        assert found is not None
        return found

    async def details(self, user: User) -> list[ChannelDetail]:
        return await self.world.store.read(self.tables.list_details(user.id, self.id))

    async def rows(self) -> ServerRows:
        found = await self.world.store.read(self.tables.load(self.id))
        assert found is not None
        return found

    async def version(self) -> int:
        return (await self.rows()).server.version

    async def waiting(self, user: User, channel: Channel) -> tuple[int, int]:
        """Unread and mentions."""
        view = await self.world.view(user, channel.id)
        return view.unread, view.mentions


async def community(
    world: World, owner: User | None = None, permissions: int = EVERYONE
) -> Community:
    """A server without channels."""
    owner = owner or await world.person()
    everyone = RoleId(new_id())
    server = Server(ServerId(new_id()), "here", "", owner.id, everyone, 1)
    role = Role(everyone, server.id, "everyone", 0, 0, permissions)
    member = ServerMember(server.id, owner.id, 1)
    view = await world.write(world.store.servers.add_server(server, [role], member, []))
    return Community(world, view.server, owner)
