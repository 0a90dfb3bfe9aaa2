"""Transactions on channels, members and positions."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.commands import ListMembers
from hubbub.model.entities import (
    Channel,
    ChannelDetail,
    ChannelView,
    GroupRole,
    Kind,
    Member,
    Status,
    User,
)
from hubbub.model.errors import ASK_FIRST, NO_GUESTS, conflict, forbidden, not_found
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.model.names import fold
from hubbub.ports.store import Opened, Row
from hubbub.storage import details, positions, views
from hubbub.storage.schema import (
    channels,
    members,
    mentions,
    messages,
    preferences,
    server_members,
    users,
    webhooks,
)
from hubbub.storage.schema import positions as positions_table
from hubbub.storage.sql import Query, Statement, param
from hubbub.storage.transactions import (
    CHANNEL_COLUMNS,
    GET_CHANNEL,
    GET_USER,
    MEMBER_COLUMNS,
    USER_COLUMNS,
    Steps,
    blockers,
    bump,
    every,
    first,
    stored,
    to_channel,
    to_member,
    to_user,
)

_MEMBERS = sa.select(*MEMBER_COLUMNS).where(members.c.channel_id == param("channel"))
_CURRENT_MEMBERS = Statement(_MEMBERS.where(members.c.status != Status.LEFT.value))
_BANNED_MEMBERS = Statement(_MEMBERS.where(members.c.status == Status.BANNED.value))
_GET_MEMBER = Statement(_MEMBERS.where(members.c.user_id == param("user")))
_LIST_IDS = Statement(
    sa.select(members.c.channel_id, channels.c.kind)
    .join_from(members, channels, channels.c.id == members.c.channel_id)
    .where(members.c.user_id == param("user"), members.c.status == Status.ACTIVE.value)
)
_OPEN_GROUPS = (
    sa.select(*CHANNEL_COLUMNS)
    .where(
        channels.c.kind == Kind.GROUP.value,
        channels.c.private.is_(False),
        channels.c.name_key >= param("low"),
        channels.c.name_key < param("high"),
        sa.func.instr(channels.c.name_key, param("part")) > 0,
        ~sa.exists().where(
            members.c.channel_id == channels.c.id,
            members.c.user_id == param("user"),
            members.c.status.in_((Status.ACTIVE.value, Status.BANNED.value)),
        ),
    )
    .order_by(channels.c.active_at.desc())
    .limit(50)
)
_FIND_GROUPS = Statement(_OPEN_GROUPS)
_FIND_GUESTS = Statement(_OPEN_GROUPS.where(channels.c.guests.is_(True)))
_SOME_PEOPLE = Statement(
    sa.select(*USER_COLUMNS)
    .join_from(members, users, users.c.id == members.c.user_id)
    .where(members.c.channel_id == param("channel"), members.c.status == Status.ACTIVE.value)
    .order_by(members.c.user_id)
    .limit(param("limit"))
)
_COUNT_GUESTS = Statement(
    sa.select(sa.func.count())
    .select_from(members)
    .join(users, users.c.id == members.c.user_id)
    .where(
        members.c.channel_id == param("channel"),
        members.c.status.in_((Status.ACTIVE.value, Status.PENDING.value)),
        users.c.kind == "guest",
    )
)
_COUNT_OWNED = Statement(
    sa.select(sa.func.count()).select_from(channels).where(channels.c.owner_id == param("user"))
)
_INSERT_CHANNEL = Statement(
    channels.insert().values(
        {
            c: param(c)
            for c in (
                "id",
                "kind",
                "name",
                "name_key",
                "description",
                "owner_id",
                "private",
                "created_at",
                "active_at",
                "version",
                "pair",
                "server_id",
                "category_id",
                "position",
                "slow_mode",
                "overrides",
                "guests",
            )
        }
    )
)
_BY_PAIR = Statement(sa.select(*CHANNEL_COLUMNS).where(channels.c.pair == param("pair")))
_BY_NAME = Statement(
    sa.select(channels.c.id)
    .where(
        channels.c.name_key == param("key"),
        channels.c.kind == Kind.GROUP.value,
        channels.c.private.is_(False),  # names of private groups are nobody's business
    )
    .limit(1)
)
_INSERT_MEMBER = Statement(members.insert().values({c.name: param(c.name) for c in MEMBER_COLUMNS}))
_UPDATE_MEMBER = Statement(
    members.update()
    .where(members.c.channel_id == param("channel"), members.c.user_id == param("user"))
    .values(
        {c.name: param(c.name) for c in MEMBER_COLUMNS if c.name not in ("channel_id", "user_id")}
    )
)
_DROP_MEMBER = Statement(
    members.delete().where(
        members.c.channel_id == param("channel"), members.c.user_id == param("user")
    )
)
_SET_CHANNEL = {
    column: Statement(
        channels.update().where(channels.c.id == param("channel")).values({column: param("value")})
    )
    for column in (
        "name",
        "name_key",
        "description",
        "private",
        "owner_id",
        "category_id",
        "position",
        "slow_mode",
        "overrides",
        "guests",
    )
}
# Their key starts with the person: by the members of the server, since there is no index of channels.
_IN_ITS_SERVER = sa.select(server_members.c.user_id).join(
    channels, channels.c.server_id == server_members.c.server_id
)
_DROP = (
    *(
        Statement(table.delete().where(table.c.channel_id == param("channel")))
        for table in (members, mentions, messages, webhooks)
    ),
    Statement(
        positions_table.delete().where(
            positions_table.c.user_id.in_(_IN_ITS_SERVER.where(channels.c.id == param("channel"))),
            positions_table.c.channel_id == param("channel"),
        )
    ),
    Statement(preferences.delete().where(preferences.c.place_id == param("channel"))),
)
_DROP_CHANNEL = Statement(channels.delete().where(channels.c.id == param("channel")))


class ChannelTables:
    """The transactions behind the port of the same name."""

    def add_group(
        self, channel: Channel, people: Sequence[UserId], *, unique: bool
    ) -> Steps[tuple[Channel, list[tuple[Member, User]]]]:
        """A group and its first members."""
        if unique and (yield _BY_NAME(key=fold(channel.name))):
            raise conflict("There is a channel of this name already.")
        yield from self.insert(channel)
        added: list[tuple[Member, User]] = []
        for user_id in people:
            added += [(yield from self.put_member(_newcomer(channel, user_id)))]
        return msgspec.structs.replace(channel, version=added[-1][0].version), added

    def open_direct(
        self, channel: Channel, pair: tuple[UserId, UserId], *, only_known: bool = False
    ) -> Steps[Opened]:
        """The pair's one channel."""
        found = yield from self.find_direct(*pair)
        if found is not None:
            current = yield from every(_CURRENT_MEMBERS(channel=found.id), to_member)
            return found, current, False
        if only_known:
            raise forbidden(ASK_FIRST)
        blocking = yield from blockers(*pair)
        if blocking:
            mine = pair[0] in blocking
            why = "Unblock this person first." if mine else "You can't write to this person."
            raise forbidden(why)
        yield from self.insert(channel, _key(*pair))
        people: list[Member] = []
        for user_id in pair:
            member, _ = yield from self.put_member(_newcomer(channel, user_id))
            people.append(member)
        return msgspec.structs.replace(channel, version=people[-1].version), people, True

    def find_direct(self, one: UserId, other: UserId) -> Steps[Channel | None]:
        """Two people's channel, if they have one."""
        return first(_BY_PAIR(pair=_key(one, other)), to_channel)

    def insert(self, channel: Channel, pair: str | None = None) -> Steps[None]:
        """A channel's row, at its version."""
        yield _INSERT_CHANNEL(
            id=channel.id,
            kind=channel.kind.value,
            name=channel.name,
            name_key=fold(channel.name),
            description=channel.description,
            owner_id=channel.owner_id,
            private=channel.private,
            created_at=channel.created_at,
            active_at=channel.created_at,
            version=channel.version,
            pair=pair,
            server_id=channel.server_id,
            category_id=channel.category_id,
            position=channel.position,
            slow_mode=channel.slow_mode,
            overrides=stored(channel.overrides),
            guests=channel.guests,
        )

    def get_channel(
        self, channel_id: ChannelId
    ) -> Steps[tuple[Channel, list[Member], frozenset[UserId]] | None]:
        """With its members. Everybody is in the lobby, so there only the banned ones matter."""
        channel = yield from first(GET_CHANNEL(id=channel_id), to_channel)
        if channel is None:
            return None
        which = _BANNED_MEMBERS if channel.kind is Kind.LOBBY else _CURRENT_MEMBERS
        people = yield from every(which(channel=channel_id), to_member)
        blocking: frozenset[UserId] = frozenset()
        if channel.kind is Kind.DIRECT:
            one, other = people
            blocking = yield from blockers(one.user_id, other.user_id)
        return channel, people, blocking

    def list_ids(self, user_id: UserId) -> Steps[list[tuple[ChannelId, Kind]]]:
        """The channels a person is in; text channels are their server's."""
        return every(_LIST_IDS(user=user_id), _to_id_and_kind)

    def list_views(self, user_id: UserId) -> Steps[list[ChannelView]]:
        """Newest activity first."""
        return views.list_views(user_id)

    def get_view(self, user_id: UserId, channel_id: ChannelId) -> Steps[ChannelView | None]:
        """One of them, or a text channel that they may see."""
        return views.get_view(user_id, channel_id)

    def detail(self, view: ChannelView, limit: int) -> Steps[ChannelDetail]:
        """With its people and its latest message."""
        return details.detail(view, limit)

    def some_people(self, channel_id: ChannelId, limit: int) -> Steps[list[User]]:
        """Active members by their id: the order of the table, of which no more than these rows is read."""
        return every(_SOME_PEOPLE(channel=channel_id, limit=limit), to_user)

    def count_guests(self, channel_id: ChannelId) -> Steps[int]:
        """Those that are in it, or ask to be."""
        rows = yield _COUNT_GUESTS(channel=channel_id)
        return rows[0][0]  # type: ignore[return-value]  # a count

    def find_groups(
        self, user_id: UserId, prefix: str, *, guests: bool = False, within: bool = False
    ) -> Steps[list[Channel]]:
        """Open groups by the start of their name or by any part of it, without those that the person is in."""
        part = fold(prefix)
        low = "" if within else part
        ask = _FIND_GUESTS if guests else _FIND_GROUPS
        place = {"low": low, "high": low + "\U0010ffff", "part": part}
        return every(ask(user=user_id, **place), to_channel)

    def count_owned(self, user_id: UserId) -> Steps[int]:
        """How many groups a person owns."""
        rows = yield _COUNT_OWNED(user=user_id)
        return rows[0][0]  # type: ignore[return-value]  # a count

    def update_channel(
        self, channel_id: ChannelId, changes: Mapping[str, object]
    ) -> Steps[Channel]:
        """Stores the given columns under a new version."""
        yield from bump(channel_id)
        for column, value in changes.items():
            kept = stored(value) if column == "overrides" else value
            yield _SET_CHANNEL[column](channel=channel_id, value=kept)
            if column == "name":
                yield _SET_CHANNEL["name_key"](channel=channel_id, value=fold(str(value)))
        channel = yield from first(GET_CHANNEL(id=channel_id), to_channel)
        if channel is None:
            raise not_found("channel")
        return channel

    def delete_channel(self, channel_id: ChannelId) -> Steps[int]:
        """Everything of it."""
        version, _ = yield from bump(channel_id)
        for statement in _DROP:
            yield statement(channel=channel_id)
        yield _DROP_CHANNEL(channel=channel_id)
        return version

    def put_member(self, member: Member) -> Steps[tuple[Member, User]]:
        """Under a new version. Who becomes active starts at the end of the channel."""
        user = yield from first(GET_USER(id=member.user_id), to_user)
        if user is None:
            raise not_found("user")
        if user.is_guest and member.status in (Status.ACTIVE, Status.PENDING):
            yield from _require_admission(member.channel_id)
        old = yield from self._get_member(member.channel_id, member.user_id)
        version, last_seq = yield from bump(member.channel_id)
        was_member = old is not None and (old.was_member or old.status is Status.ACTIVE)
        new = msgspec.structs.replace(member, version=version, was_member=was_member)
        if member.status is Status.ACTIVE and (old is None or old.status is not Status.ACTIVE):
            new = msgspec.structs.replace(new, read_seq=last_seq, delivered_seq=last_seq)
        elif old is not None:
            kept = {"read_seq": old.read_seq, "delivered_seq": old.delivered_seq}
            new = msgspec.structs.replace(new, joined_at=old.joined_at, **kept)
        if old is not None and old.status is Status.PENDING and member.status is Status.LEFT:
            # Who was never let in was never there: a resume must not tell of them.
            yield _DROP_MEMBER(channel=member.channel_id, user=member.user_id)
        else:
            yield _store_member(new, known=old is not None)
        return new, user

    def _get_member(self, channel_id: ChannelId, user_id: UserId) -> Steps[Member | None]:
        return first(_GET_MEMBER(channel=channel_id, user=user_id), to_member)

    def list_members(self, query: ListMembers) -> Steps[list[tuple[Member, User]]]:
        """In the order in which they came."""
        return details.members_page(query)

    def mark(
        self, channel_id: ChannelId, user_id: UserId, column: str, seq: int
    ) -> Steps[tuple[int, MessageId] | None]:
        """Moves `read_seq` or `delivered_seq` forward."""
        channel = yield from first(GET_CHANNEL(id=channel_id), to_channel)
        if channel is None:
            raise not_found("channel")
        return (yield from positions.mark(channel, user_id, column, seq))


def _require_admission(channel_id: ChannelId) -> Steps[None]:
    """Here, where everybody's coming ends who comes into a group: joined, let in, added, there from the start."""
    channel = yield from first(GET_CHANNEL(id=channel_id), to_channel)
    if channel is not None and channel.kind is Kind.GROUP and not channel.guests:
        raise forbidden(NO_GUESTS)


def _to_id_and_kind(row: Row) -> tuple[ChannelId, Kind]:
    return ChannelId(row[0]), Kind(str(row[1]))  # type: ignore[arg-type]  # an integer column


def _key(one: UserId, other: UserId) -> str:
    return f"{min(one, other)}:{max(one, other)}"


def _newcomer(channel: Channel, user_id: UserId) -> Member:
    return Member(channel.id, user_id, GroupRole.MEMBER, Status.ACTIVE, 0, channel.created_at)


def _store_member(member: Member, *, known: bool) -> Query:
    values = msgspec.structs.asdict(member)
    values |= {"role": member.role.value, "status": member.status.value}
    if known:
        return _UPDATE_MEMBER(channel=member.channel_id, user=member.user_id, **values)
    return _INSERT_MEMBER(**values)
