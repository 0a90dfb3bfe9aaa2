"""What has happened. An event is the same for every viewer (docs/design.md, decision 7).

An event with a `channel_id` and a `version` is durable and stands in the channel's order; one without a
version (typing, presence, positions) is only news.
"""

import msgspec

from hubbub.model.entities import Channel, Kind, Member, Message, Relationship, User
from hubbub.model.ids import ChannelId, LoginId, MessageId, ServerId, UserId
from hubbub.model.server_events import OwnServerEvent, ServerEvent


class MessageSent(msgspec.Struct, frozen=True, gc=False):
    """A message was stored. `nonce` is for the author's own connections alone (decision 5)."""

    channel_id: ChannelId
    version: int
    message: Message
    nonce: str | None = None


class MessageEdited(msgspec.Struct, frozen=True):
    """A message has new content."""

    channel_id: ChannelId
    version: int
    message: Message


class MessageRecalled(msgspec.Struct, frozen=True):
    """A message became a tombstone."""

    channel_id: ChannelId
    version: int
    message: Message


class MessagePinned(msgspec.Struct, frozen=True):
    """A message was pinned."""

    channel_id: ChannelId
    version: int
    message: Message


class MessageUnpinned(msgspec.Struct, frozen=True):
    """A message is no longer pinned."""

    channel_id: ChannelId
    version: int
    message: Message


class ReactionAdded(msgspec.Struct, frozen=True):
    """Somebody put an emoji on a message."""

    channel_id: ChannelId
    version: int
    message: Message
    user_id: UserId
    emoji: str


class ReactionRemoved(msgspec.Struct, frozen=True):
    """Somebody took an emoji back."""

    channel_id: ChannelId
    version: int
    message: Message
    user_id: UserId
    emoji: str


class ChannelCreated(msgspec.Struct, frozen=True):
    """A channel has come into somebody's list: made, joined or opened. Goes to that person; of a text channel to
    all who see it. `people`: the two of a direct channel, at most DETAIL_MEMBERS of a group."""

    channel_id: ChannelId
    version: int
    channel: Channel
    people: tuple[User, ...] = ()


class ChannelUpdated(msgspec.Struct, frozen=True):
    """A channel's name, description, owner or openness changed."""

    channel_id: ChannelId
    version: int
    channel: Channel


class OverridesUpdated(msgspec.Struct, frozen=True):
    """A text channel's permission overrides changed."""

    channel_id: ChannelId
    version: int
    channel: Channel


class ChannelDeleted(msgspec.Struct, frozen=True):
    """A channel is gone, with all that was in it."""

    channel_id: ChannelId
    version: int
    server_id: ServerId | None = None


class MemberJoined(msgspec.Struct, frozen=True):
    """A person became an active member."""

    channel_id: ChannelId
    version: int
    member: Member
    user: User
    kind: Kind = Kind.GROUP


class MemberUpdated(msgspec.Struct, frozen=True):
    """A member's role changed, or a person asks to be let in (status `pending`)."""

    channel_id: ChannelId
    version: int
    member: Member
    user: User


class MemberLeft(msgspec.Struct, frozen=True):
    """A person is no longer a member: left, kicked or banned (`by` tells who did it)."""

    channel_id: ChannelId
    version: int
    member: Member
    user: User
    by: UserId


class ReadUpdated(msgspec.Struct, frozen=True):
    """A person has read up to `seq`."""

    channel_id: ChannelId
    user_id: UserId
    seq: int
    message_id: MessageId


class DeliveredUpdated(msgspec.Struct, frozen=True):
    """A person's device has received up to `seq`."""

    channel_id: ChannelId
    user_id: UserId
    seq: int
    message_id: MessageId


class TypingStarted(msgspec.Struct, frozen=True):
    """A person is typing; it wears off by itself."""

    channel_id: ChannelId
    user: User


class TypingStopped(msgspec.Struct, frozen=True):
    """A person is no longer typing, and says so."""

    channel_id: ChannelId
    user: User


class ChannelEntered(msgspec.Struct, frozen=True):
    """A person has opened a channel in a dialect where one enters channels."""

    channel_id: ChannelId
    user: User
    at: int


class ChannelExited(msgspec.Struct, frozen=True):
    """A person has closed a channel in a dialect where one enters channels."""

    channel_id: ChannelId
    user: User
    at: int


class PresenceUpdated(msgspec.Struct, frozen=True):
    """A person came online or went offline, over all their devices."""

    user_id: UserId
    online: bool


class UserUpdated(msgspec.Struct, frozen=True):
    """A person changed their profile."""

    user: User


class PeerUpdated(msgspec.Struct, frozen=True):
    """Somebody whom one sees changed their profile. Goes to each who sees them; their own devices get `UserUpdated`."""

    user: User


class RelationshipUpdated(msgspec.Struct, frozen=True):
    """What another person is to `user_id` has begun or changed. Goes to `user_id` alone."""

    user_id: UserId
    relationship: Relationship


class RelationshipRemoved(msgspec.Struct, frozen=True):
    """`peer_id` is nothing more to `user_id`. Goes to `user_id` alone."""

    user_id: UserId
    peer_id: UserId


class LoginsRevoked(msgspec.Struct, frozen=True):
    """Signed-in devices have ended: their connections must end too."""

    user_id: UserId
    login_ids: tuple[LoginId, ...]
    reason: str


class LoginRenewed(msgspec.Struct, frozen=True):
    """A device has fresh tokens: its connections may live on until `expires_at`."""

    login_id: LoginId
    expires_at: int


class BlocksChanged(msgspec.Struct, frozen=True):
    """Who of the two people of a direct channel blocks the other now. For the nodes' memory, never for clients."""

    channel_id: ChannelId
    blockers: tuple[UserId, ...]


MemberEvent = MemberJoined | MemberUpdated | MemberLeft
MessageEvent = MessageSent | MessageEdited | MessageRecalled | MessagePinned | MessageUnpinned
ReactionEvent = ReactionAdded | ReactionRemoved
ChannelEvent = ChannelCreated | ChannelUpdated | OverridesUpdated | ChannelDeleted
Durable = MessageEvent | ReactionEvent | ChannelEvent | MemberEvent | ServerEvent | OwnServerEvent
News = (
    ReadUpdated
    | DeliveredUpdated
    | TypingStarted
    | TypingStopped
    | ChannelEntered
    | ChannelExited
    | PresenceUpdated
    | UserUpdated
    | PeerUpdated
    | RelationshipUpdated
    | RelationshipRemoved
)
Control = LoginsRevoked | LoginRenewed | BlocksChanged
Event = Durable | News | Control


class Publication(msgspec.Struct, frozen=True, gc=False):
    """An event and the topic it goes to: what crosses the broker."""

    topic: str
    event: Event
