"""What has happened in servers. An event with a `server_id` and a `version` stands in the server's order.

Events of a text channel itself (made, changed, deleted) are those of `model/events.py`, on the channel's topic:
only who sees the channel hears of it.
"""

import msgspec

from hubbub.model.entities import Channel, User
from hubbub.model.ids import CategoryId, ChannelId, RoleId, ServerId, UserId
from hubbub.model.servers import Category, Departure, Role, Server, ServerMember, ServerView


class ServerCreated(msgspec.Struct, frozen=True):
    """A server has come into somebody's list: made or joined. Goes to that person."""

    server_id: ServerId
    version: int
    view: ServerView


class ServerRemoved(msgspec.Struct, frozen=True):
    """A server has left somebody's list. Goes to that person."""

    server_id: ServerId
    version: int
    user_id: UserId
    how: Departure


class ServerUpdated(msgspec.Struct, frozen=True):
    """A server's name, icon or owner changed."""

    server_id: ServerId
    version: int
    server: Server


class ServerDeleted(msgspec.Struct, frozen=True):
    """A server is gone, with all that was in it."""

    server_id: ServerId
    version: int
    channel_ids: tuple[ChannelId, ...] = ()


class ServerMemberJoined(msgspec.Struct, frozen=True):
    """A person became a member."""

    server_id: ServerId
    version: int
    member: ServerMember
    user: User


class ServerMemberUpdated(msgspec.Struct, frozen=True):
    """A member's nickname or roles changed."""

    server_id: ServerId
    version: int
    member: ServerMember
    user: User


class ServerMemberLeft(msgspec.Struct, frozen=True):
    """A person is no longer a member; `by` did it."""

    server_id: ServerId
    version: int
    user: User
    by: UserId
    how: Departure


class RoleCreated(msgspec.Struct, frozen=True):
    """A role was made."""

    server_id: ServerId
    version: int
    role: Role


class RoleUpdated(msgspec.Struct, frozen=True):
    """A role's name, colour, position or permissions changed."""

    server_id: ServerId
    version: int
    role: Role


class RoleDeleted(msgspec.Struct, frozen=True):
    """A role is gone: no member bears it any more, no override names it."""

    server_id: ServerId
    version: int
    role_id: RoleId


class CategoryCreated(msgspec.Struct, frozen=True):
    """A category was made."""

    server_id: ServerId
    version: int
    category: Category


class CategoryUpdated(msgspec.Struct, frozen=True):
    """A category's name or position changed."""

    server_id: ServerId
    version: int
    category: Category


class CategoryDeleted(msgspec.Struct, frozen=True):
    """A category is gone; its channels stand under none."""

    server_id: ServerId
    version: int
    category_id: CategoryId


class ChannelShown(msgspec.Struct, frozen=True):
    """A person may see a channel from now on, or may read its history from now on or no longer, so that what they know
    of it may have holes: it begins anew. Made by the gateway for their connections; `version` is the
    server's."""

    server_id: ServerId
    version: int
    channel: Channel


class ChannelHidden(msgspec.Struct, frozen=True):
    """A person may no longer see a channel; to them it is as good as deleted. Made as ChannelShown is."""

    server_id: ServerId
    version: int
    channel_id: ChannelId


ServerEvent = (
    ServerUpdated
    | ServerDeleted
    | ServerMemberJoined
    | ServerMemberUpdated
    | ServerMemberLeft
    | RoleCreated
    | RoleUpdated
    | RoleDeleted
    | CategoryCreated
    | CategoryUpdated
    | CategoryDeleted
)
OwnServerEvent = ServerCreated | ServerRemoved | ChannelShown | ChannelHidden
