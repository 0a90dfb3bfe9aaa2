"""What there is, in Mew's fields: the same for every viewer, unless it is called a view."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType, field

from hubbub.dialects.mew.ids import mentions_out
from hubbub.dialects.mew.permissions import IN_DIRECT, names_of
from hubbub.model import entities as m
from hubbub.model import servers as sv
from hubbub.model.ids import RoleId, UserId
from hubbub.model.permissions import MANAGE_MESSAGES, may_manage
from hubbub.model.times import rfc3339
from hubbub.wire.fields import hex_id
from hubbub.wire.socketio import encode_json

DEFAULT_TYPE: Final = "message/default"
RETRACTED: Final = "此消息已撤回"
DEFAULT_COLOR: Final = "#99AAB5"
NO_PAYLOAD: Final = msgspec.Raw(b"{}")
# What in a payload would show another author, or pass for the message that a client waits for.
FORGEABLE: Final = frozenset(("overrides", "clientNonce"))

Text = str | UnsetType
_decode_object: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class UserRef(msgspec.Struct, frozen=True, rename="camel"):
    """A person, as far as others see them."""

    id: str = field(name="_id")
    username: str
    discriminator: str
    avatar_url: str | None
    is_bot: bool


class Profile(UserRef, frozen=True, rename="camel"):
    """A person's own page."""

    created_at: str


class NotificationSettings(msgspec.Struct, frozen=True, rename="camel"):
    """How a person's clients draw their attention; as its clients would have it where nothing was said."""

    sound_enabled: bool = True
    sound_volume: float = 1.0
    desktop_enabled: bool = True


class UserMe(UserRef, frozen=True, rename="camel"):
    """Oneself."""

    email: str | None
    notification_settings: NotificationSettings
    created_at: str
    updated_at: str


class Reaction(msgspec.Struct, frozen=True, rename="camel"):
    """An emoji, and who put it there."""

    emoji: str
    user_ids: list[str]


class Message(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """A message; a retracted one says so in its content and hides the rest."""

    id: str = field(name="_id")
    channel_id: str
    author_id: UserRef
    type: str
    content: str
    context: str
    attachments: list[str]
    mentions: list[str]
    reactions: list[Reaction]
    created_at: str
    updated_at: str
    server_id: Text = UNSET
    plain_text: Text = UNSET
    payload: msgspec.Raw | UnsetType = UNSET
    referenced_message_id: Text = UNSET
    edited_at: Text = UNSET
    retracted_at: Text = UNSET


class Override(msgspec.Struct, frozen=True, rename="camel"):
    """What a role's bearers or a member may do in a channel, and what they may not."""

    target_type: str
    target_id: str
    allow: list[str]
    deny: list[str]


class Channel(msgspec.Struct, frozen=True, rename="camel"):
    """A channel of a server, a direct one or a group: a direct one with a name."""

    id: str = field(name="_id")
    type: str
    permission_overrides: list[Override]
    created_at: str
    updated_at: str
    name: Text = UNSET
    topic: Text = UNSET
    server_id: Text = UNSET
    category_id: Text = UNSET
    position: int | UnsetType = UNSET
    recipients: list[UserRef] | UnsetType = UNSET


class ChannelView(Channel, frozen=True, rename="camel", kw_only=True):
    """A channel as one finds it in a list."""

    last_message: Message | None
    last_read_message_id: str | None
    permissions: list[str]


class Server(msgspec.Struct, frozen=True, rename="camel"):
    """A server; who owns it is for its members to see, in their list."""

    id: str = field(name="_id")
    name: str
    everyone_role_id: str
    created_at: str
    updated_at: str
    avatar_url: Text = UNSET


class Category(msgspec.Struct, frozen=True, rename="camel"):
    """A heading over channels."""

    id: str = field(name="_id")
    server_id: str
    name: str
    position: int


class Role(msgspec.Struct, frozen=True, rename="camel"):
    """What its bearers may do."""

    id: str = field(name="_id")
    server_id: str
    name: str
    permissions: list[str]
    color: str
    position: int
    is_default: bool


class ServerMember(msgspec.Struct, frozen=True, rename="camel"):
    """A person in a server. Its `_id` is the person's: a membership has none of its own."""

    id: str = field(name="_id")
    server_id: str
    user_id: UserRef
    role_ids: list[str]
    is_owner: bool
    created_at: str
    nickname: Text = UNSET
    notification_level: Text = UNSET


# -- people -------------------------------------------------------------------------------------------


def discriminator(user_id: int) -> str:
    """`0001` to `9999`: always the same for one person."""
    return f"{user_id % 9999 + 1:04d}"


def _ref(found: m.User, avatar_url: str | None = None) -> tuple[str, str, str, str | None, bool]:
    return (
        hex_id(found.id),
        found.display_name,
        discriminator(found.id),
        avatar_url,
        found.is_bot,
    )


def user(found: m.User) -> UserRef:
    """As the author of a message, a member, a recipient."""
    return UserRef(*_ref(found))


def profile(found: m.User) -> Profile:
    """As others look them up."""
    return Profile(*_ref(found), rfc3339(found.created_at))


def me(found: m.User, email: str | None, settings: NotificationSettings) -> UserMe:
    """As only they see it."""
    since = rfc3339(found.created_at)
    return UserMe(*_ref(found), email, settings, since, since)


# -- messages -----------------------------------------------------------------------------------------


def reactions(found: Iterable[m.Reaction]) -> list[Reaction]:
    """Here a person has one reaction: the last of theirs."""
    last: dict[UserId, str] = {}
    grouped: dict[str, list[str]] = {}
    for reaction in found:
        last |= dict.fromkeys(reaction.user_ids, reaction.emoji)
        grouped[reaction.emoji] = []
    for user_id, emoji in last.items():
        grouped[emoji].append(hex_id(user_id))
    return [Reaction(emoji, ids) for emoji, ids in grouped.items() if ids]


def _author(found: m.Message) -> UserRef:
    extra = found.extra
    shown = None if extra is None else extra.avatar_url or None
    return UserRef(*_ref(found.author, shown))


def message(found: m.Message, nonce: str | None = None) -> Message:
    """`nonce`: only for who sent it."""
    if found.recalled_at is not None:
        return _retracted(found, rfc3339(found.recalled_at))
    content, extra = mentions_out(found.content), found.extra or m.Extra()
    edited = UNSET if found.edited_at is None else rfc3339(found.edited_at)
    return Message(
        hex_id(found.id),
        hex_id(found.channel_id),
        _author(found),
        extra.type or DEFAULT_TYPE,
        content,
        content,
        [],
        [hex_id(user_id) for user_id in found.mentions],
        reactions(found.reactions),
        rfc3339(found.created_at),
        edited or rfc3339(found.created_at),
        _optional(found.server_id),
        content if extra.type else UNSET,
        _payload(extra.payload, nonce),
        _optional(found.reply_to),
        edited,
    )


def _retracted(found: m.Message, at: str) -> Message:
    """Nothing of what it said."""
    return Message(
        hex_id(found.id),
        hex_id(found.channel_id),
        _author(found),
        DEFAULT_TYPE,
        RETRACTED,
        RETRACTED,
        [],
        [],
        reactions(found.reactions),
        rfc3339(found.created_at),
        at,
        _optional(found.server_id),
        payload=NO_PAYLOAD,
        referenced_message_id=_optional(found.reply_to),
        edited_at=at,
        retracted_at=at,
    )


def _optional(found: int | None) -> Text:
    return UNSET if found is None else hex_id(found)


def _payload(stored: msgspec.Raw | None, nonce: str | None) -> msgspec.Raw | UnsetType:
    if stored is None and nonce is None:
        return UNSET
    fields = _object(stored)
    kept = {key: value for key, value in fields.items() if key not in FORGEABLE}
    if nonce is not None:
        kept["clientNonce"] = msgspec.Raw(encode_json(nonce))
    elif stored is not None and len(kept) == len(fields):
        return stored
    return msgspec.Raw(encode_json(kept))


def _object(stored: msgspec.Raw | None) -> Mapping[str, msgspec.Raw]:
    """Clients of other dialects may have sent what is none."""
    try:
        return {} if stored is None else _decode_object(stored)
    except (msgspec.MsgspecError, RecursionError):
        return {}


# -- channels -----------------------------------------------------------------------------------------


def override(found: m.Override) -> Override:
    """With permissions by name."""
    kind = "role" if found.is_role else "member"
    allow, deny = names_of(found.allow), names_of(found.deny)
    return Override(kind, hex_id(found.target_id), allow, deny)


def channel(found: m.Channel, people: Iterable[m.User] | None = None) -> Channel:
    """`people`: of a direct channel or a group."""
    since = rfc3339(found.created_at)
    overrides = [override(o) for o in found.overrides]
    if found.server_id is None:
        recipients = UNSET if people is None else [user(person) for person in people]
        name, topic = found.name or UNSET, found.description or UNSET  # only groups have them
        place = hex_id(found.id), "DM", overrides, since, since, name, topic
        return Channel(*place, recipients=recipients)
    return Channel(
        hex_id(found.id),
        "GUILD_TEXT",
        overrides,
        since,
        since,
        found.name,
        found.description or UNSET,
        hex_id(found.server_id),
        _optional(found.category_id),
        found.position,
    )


def listed(found: m.ChannelDetail) -> ChannelView:
    """A view: with what one may do there and where one is."""
    view, is_text = found.view, found.view.channel.server_id is not None
    shown = channel(view.channel, None if is_text else [person.user for person in found.people])
    return ChannelView(
        **msgspec.structs.asdict(shown),
        last_message=None if found.latest is None else message(found.latest),
        last_read_message_id=None if found.read_id is None else hex_id(found.read_id),
        permissions=names_of(view.permissions if is_text else _bits(view)),
    )


def _bits(view: m.ChannelView) -> int:
    moderates = may_manage(view.channel, view.member)
    return IN_DIRECT | MANAGE_MESSAGES if moderates else IN_DIRECT


# -- servers ------------------------------------------------------------------------------------------


def server(found: sv.Server) -> Server:
    """Without its owner, as in the original."""
    since = rfc3339(found.created_at)
    everyone = hex_id(found.everyone_role_id)
    return Server(hex_id(found.id), found.name, everyone, since, since, found.icon or UNSET)


def category(found: sv.Category) -> Category:
    """A heading."""
    return Category(hex_id(found.id), hex_id(found.server_id), found.name, found.position)


def role(found: sv.Role) -> Role:
    """Colour 0 is none: Mew's grey."""
    return Role(
        hex_id(found.id),
        hex_id(found.server_id),
        found.name,
        names_of(found.permissions),
        f"#{found.color:06X}" if found.color else DEFAULT_COLOR,
        found.position,
        found.position == 0,
    )


LEVELS: Final = {
    sv.Notify.ALL: "ALL_MESSAGES",
    sv.Notify.MENTIONS: "MENTIONS_ONLY",
    sv.Notify.NOTHING: "MUTE",
    sv.Notify.DEFAULT: "DEFAULT",
}


def member(
    found: sv.ServerMember, person: m.User, server: sv.Server, viewer: UserId | None
) -> ServerMember:
    """With the everyone role, which all bear. What somebody wants to be told of is theirs alone to know."""
    held: tuple[RoleId, ...] = (server.everyone_role_id, *found.role_ids)
    return ServerMember(
        hex_id(found.user_id),
        hex_id(found.server_id),
        user(person),
        [hex_id(role_id) for role_id in held],
        found.user_id == server.owner_id,
        rfc3339(found.joined_at),
        found.nickname or UNSET,
        LEVELS[found.notify] if found.user_id == viewer else UNSET,
    )
