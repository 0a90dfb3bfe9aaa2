"""What services need of a database."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from hubbub.model.commands import History, ListMembers
from hubbub.model.entities import (
    Bond,
    Changes,
    Channel,
    ChannelDetail,
    ChannelView,
    Draft,
    FriendRequest,
    Kind,
    Member,
    Message,
    Page,
    Reaction,
    Relationship,
    Sent,
    User,
)
from hubbub.model.events import Publication
from hubbub.model.ids import (
    ChannelId,
    MessageId,
    RoleId,
    UserId,
)
from hubbub.ports.account_store import AccountTables as AccountTables
from hubbub.ports.account_store import PeopleTables as PeopleTables
from hubbub.ports.account_store import Rotated as Rotated
from hubbub.ports.server_store import PreferenceTables, ProgramTables, ServerTables
from hubbub.ports.transaction import Row as Row
from hubbub.ports.transaction import T as T
from hubbub.ports.transaction import Transaction as Transaction

Announce = Callable[[T], Sequence[Publication]]
Opened = tuple[Channel, list[Member], bool]  # a direct channel, who is in it, whether it is new


class ChannelTables(Protocol):
    """Channels and their members."""

    def add_group(
        self, channel: Channel, people: Sequence[UserId], *, unique: bool
    ) -> Transaction[tuple[Channel, list[tuple[Member, User]]]]:
        """The owner stands first. `unique`: Refused(conflict) when a group has the name already."""
        ...

    def open_direct(
        self, channel: Channel, pair: tuple[UserId, UserId], *, only_known: bool = False
    ) -> Transaction[Opened]:
        """The pair's channel; created once however often it is asked for. Refused(forbidden) when it is
        not there and one of the two blocks the other, or `only_known`; the first of the pair is who asks."""
        ...

    def find_direct(self, one: UserId, other: UserId) -> Transaction[Channel | None]:
        """Two people's channel, if they have one."""
        ...

    def some_people(self, channel_id: ChannelId, limit: int) -> Transaction[list[User]]:
        """At most `limit` active members, by their id."""
        ...

    def count_guests(self, channel_id: ChannelId) -> Transaction[int]:
        """How many guests are in a group, or ask to be."""
        ...

    def get_channel(
        self, channel_id: ChannelId
    ) -> Transaction[tuple[Channel, list[Member], frozenset[UserId]] | None]:
        """With every member row that still matters (not `left`), and who blocks whom in a direct one."""
        ...

    def list_ids(self, user_id: UserId) -> Transaction[list[tuple[ChannelId, Kind]]]:
        """The channels a person is in; not text channels, which one is in by being in their server."""
        ...

    def list_views(self, user_id: UserId) -> Transaction[list[ChannelView]]:
        """The channels a person is in, with positions and what waits, newest activity first."""
        ...

    def get_view(
        self, user_id: UserId, channel_id: ChannelId
    ) -> Transaction[ChannelView | None]: ...

    def detail(self, view: ChannelView, limit: int) -> Transaction[ChannelDetail]:
        """A view with its latest message, the one at the read position and its people, at most `limit` of them,
        none of a text channel."""
        ...

    def find_groups(
        self, user_id: UserId, prefix: str, *, guests: bool = False, within: bool = False
    ) -> Transaction[list[Channel]]:
        """`guests`: only those that admit them. `within`: by any part of the name."""
        ...

    def count_owned(self, user_id: UserId) -> Transaction[int]: ...

    def update_channel(
        self, channel_id: ChannelId, changes: Mapping[str, object]
    ) -> Transaction[Channel]: ...

    def delete_channel(self, channel_id: ChannelId) -> Transaction[int]:
        """Removes the channel and all that was in it; returns its last version."""
        ...

    def put_member(self, member: Member) -> Transaction[tuple[Member, User]]:
        """Stores role and status under a new version; keeps positions, or starts at the end."""
        ...

    def list_members(self, query: ListMembers) -> Transaction[list[tuple[Member, User]]]:
        """Refused(invalid) when `after` is nobody's of the channel."""
        ...

    def mark(
        self, channel_id: ChannelId, user_id: UserId, column: str, seq: int
    ) -> Transaction[tuple[int, MessageId] | None]:
        """Moves a position forward, never back nor past the end. Where it is now, with the message that
        stands there; None when it did not move."""
        ...


class MessageTables(Protocol):
    """Messages."""

    def get_message(
        self, channel_id: ChannelId, message_id: MessageId
    ) -> Transaction[Message | None]: ...

    def with_nonce(
        self, channel_id: ChannelId, author_id: UserId, nonce: str
    ) -> Transaction[Message | None]:
        """The message that an author has sent to a channel under a nonce."""
        ...

    def page(self, query: History) -> Transaction[Page]:
        """Refused(invalid) when a cursor is no message of this channel."""
        ...

    def changes(
        self, channel_id: ChannelId, from_version: int, limit: int
    ) -> Transaction[Changes]: ...

    def unread(
        self, member: Member, after: MessageId | None, limit: int
    ) -> Transaction[list[Message]]:
        """The newest after a member's read position and after `after`, newest first, without their own and
        recalled ones."""
        ...

    def edit(self, edited: "Edited", allow: Callable[[Message], None]) -> Transaction[Message]:
        """`allow` sees the message inside the transaction and raises `Refused`."""
        ...

    def recall(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        by: UserId,
        now: int,
        allow: Callable[[Message], None],
    ) -> Transaction[tuple[Message, bool]]:
        """The tombstone, and whether it is new."""
        ...

    def react(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        change: Callable[[Message], tuple[Reaction, ...]],
    ) -> Transaction[tuple[Message, bool]]:
        """`change` sees the message inside the transaction and says what its reactions become."""
        ...

    def pin(
        self,
        channel_id: ChannelId,
        message_id: MessageId,
        at: int | None,
        allow: Callable[[Message], None],
    ) -> Transaction[tuple[Message, bool]]:
        """`at` None takes the pin away. The message, and whether it changed. Refused(conflict) past PINS."""
        ...

    def list_pins(self, channel_id: ChannelId) -> Transaction[list[Message]]:
        """The latest pin first."""
        ...


class RelationshipTables(Protocol):
    """What people are to each other. Each of the two has a row of their own: what the other is to them."""

    def list_relationships(self, user_id: UserId) -> Transaction[list[Relationship]]:
        """All of one person, the newest first."""
        ...

    def request(
        self, request: FriendRequest, channel: Channel
    ) -> Transaction[tuple[FriendRequest, "Related"]]:
        """Stores a request, or accepts the one that the receiver has made: then `channel` becomes their
        direct channel, if they have none. Refused(conflict) when there is nothing to ask for, or past
        `RELATIONSHIPS`. A receiver who blocks the sender has no row of it."""
        ...

    def answer(
        self, request_id: int, receiver: User, channel: Channel | None
    ) -> Transaction[tuple[FriendRequest, "Related"]]:
        """Accepts, with `channel` as above, or rejects when it is None. Refused(not_found) for a request
        that is not pending or was not made to `receiver`."""
        ...

    def end(
        self, user_id: UserId, peer_id: UserId, bonds: Collection[Bond]
    ) -> Transaction["Related"]:
        """Removes what `peer_id` is to `user_id`, and what follows of it for the other. Refused(not_found)
        if it is none of `bonds`."""
        ...

    def block(self, user_id: UserId, peer: User, now: int) -> Transaction["Related"]:
        """In place of whatever the two were to each other; twice changes nothing."""
        ...


class Related(msgspec.Struct, frozen=True):
    """What a transaction has changed between two people.

    `updated`: whose, and what it is now; `removed`: whose, and to whom it was; `blockers`: the two people's
    direct channel, and who of them blocks the other now.
    """

    updated: tuple[tuple[UserId, Relationship], ...] = ()
    removed: tuple[tuple[UserId, UserId], ...] = ()
    opened: Opened | None = None
    blockers: tuple[ChannelId, tuple[UserId, ...]] | None = None


class Edited(msgspec.Struct, frozen=True):
    """New content for a message, accepted. The last three as in `Extra` and `Draft`; type and payload stay."""

    channel_id: ChannelId
    message_id: MessageId
    content: str
    mentions: tuple[UserId, ...]
    now: int
    mention_roles: tuple[RoleId, ...] = ()
    here: bool = False
    notified: tuple[UserId, ...] = ()


class Store(Protocol):
    """The database. Everything that is written passes through one queue, in order."""

    @property
    def accounts(self) -> AccountTables: ...
    @property
    def people(self) -> PeopleTables: ...
    @property
    def channels(self) -> ChannelTables: ...
    @property
    def messages(self) -> MessageTables: ...
    @property
    def relationships(self) -> RelationshipTables: ...
    @property
    def servers(self) -> ServerTables: ...
    @property
    def programs(self) -> ProgramTables: ...
    @property
    def preferences(self) -> PreferenceTables: ...

    async def read(self, transaction: Transaction[T]) -> T:
        """Run against one snapshot of what is committed."""
        ...

    def append(
        self, draft: Draft, admit: Callable[[], object], announce: Announce[Sent]
    ) -> Awaitable[Sent]:
        """Group commit: one fsync for all drafts that wait. `admit` is asked again, as the transaction
        forms, if a permission may have changed since; it raises `Refused`."""
        ...

    def write(
        self,
        prepare: Callable[[], Transaction[T]],
        announce: Announce[T],
        *,
        barrier: bool = False,
    ) -> Awaitable[T]:
        """`prepare` runs when the transaction forms: what memory says then is what is committed.

        `barrier`: the write may change what somebody is allowed to do; nothing joins its transaction
        behind it.
        """
        ...

    async def published(self) -> None:
        """Returns when everything has been published that a read before this call can have seen."""
        ...

    async def ping(self) -> None:
        """Returns when the database answers."""
        ...


def settled(value: T) -> Transaction[T]:
    """The transaction that finds everything as it should be and does nothing."""
    yield from ()
    return value


def nothing(_result: object) -> Sequence[Publication]:
    """For writes that nobody needs to hear of."""
    return ()
