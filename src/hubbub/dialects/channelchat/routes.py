"""Seed 000's REST side: its one route, and the surface that the original grew (docs/dialects/channelchat.md).

Envelope `{code, msg, data}`; `code` 200 is success.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from hubbub.dialects.channelchat.render import RECALLED, encode
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import limits
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import ChannelId
from hubbub.model.times import whole_seconds as seconds
from hubbub.wire import fields
from hubbub.wire.rest import STATUS, Answer, Args, Operation, bearer


class Envelope(msgspec.Struct, frozen=True):
    """Every answer."""

    code: int
    msg: str
    data: object


class HistoryEnvelope(msgspec.Struct, frozen=True):
    """`next_before` goes into the next request's `before`; null at the beginning of the channel."""

    code: int
    msg: str
    data: list["Item"]
    next_before: str | None


class Item(msgspec.Struct, frozen=True):
    """A message in both readings: `content` is the seed's, `text` the original's."""

    id: str
    message_id: str
    channel_id: str
    user_id: str
    content: str
    text: str
    timestamp: str
    created_at: str
    updated_at: str


class Channel(msgspec.Struct, frozen=True):
    """A channel."""

    id: str
    userID: str | None  # noqa: N815  # the original's spelling
    name: str
    description: str
    created_at: str


class PageQuery(msgspec.Struct, frozen=True):
    """At most one cursor, a message id."""

    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT
    before: str | None = None
    after: str | None = None


class RegisterIn(msgspec.Struct, frozen=True):
    """A new account."""

    username: Annotated[str, Meta(min_length=3, max_length=50)]
    email: str
    password: Annotated[str, Meta(min_length=limits.SEED_PASSWORD_MIN_CHARS, max_length=100)]


class LoginIn(msgspec.Struct, frozen=True):
    """By e-mail."""

    email: str
    password: str


class RefreshIn(msgspec.Struct, frozen=True):
    """A refresh token works once."""

    refresh_token: str


class ChannelIn(msgspec.Struct, frozen=True):
    """`userID` is what clients send; who one is, the token says."""

    name: str
    description: str = ""
    userID: str | int = ""  # noqa: N815  # the original's spelling


def _channel_id(a: Args) -> ChannelId:
    return fields.channel_id(a.path["channel_id"])


def _register(a: Args) -> c.Command:
    b: RegisterIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    return c.Register(b.username, b.password, b.email, None, a.label)


def _login(a: Args) -> c.Command:
    b: LoginIn = a.body  # type: ignore[assignment]  # as above
    return c.SignIn(b.email, b.password, a.label)


def _refresh(a: Args) -> c.Command:
    b: RefreshIn = a.body  # type: ignore[assignment]  # as above
    return c.Refresh(b.refresh_token)


def _create(a: Args) -> c.Command:
    b: ChannelIn = a.body  # type: ignore[assignment]  # as above
    return c.CreateGroup(b.name, b.description, unique=True)


def _update(a: Args) -> c.Command:
    b: ChannelIn = a.body  # type: ignore[assignment]  # as above
    return c.UpdateChannel(_channel_id(a), b.name, b.description)


_MESSAGE_IMAGE: Final = "/messages/{message_id}/image"


def _post_image(a: Args) -> c.Command:
    channel_id = _channel_id(a)
    path = f"/channelchat/api/v1/channels/{channel_id}{_MESSAGE_IMAGE}"
    return c.PostImage(channel_id, a.body, path)  # type: ignore[arg-type]  # an upload's body is bytes


def _image(a: Args) -> c.Command:
    return c.GetImage(_channel_id(a), fields.message_id(a.path["message_id"]))


def _set_image(a: Args) -> c.Command:
    return c.SetUserImage(a.body)  # type: ignore[arg-type]  # as above


def _user_image(a: Args) -> c.Command:
    return c.GetUserImage(fields.user_id(a.path["user_id"]))


def _history(a: Args) -> c.Command:
    q: PageQuery = a.query  # type: ignore[assignment]  # as above
    before = None if q.before is None else fields.message_id(q.before, "before")
    after = None if q.after is None else fields.message_id(q.after, "after")
    return c.History(_channel_id(a), before, after, limit=q.limit)


# -- results ------------------------------------------------------------------------------------------


def _nothing(_: object) -> object:
    return None


def _tokens(r: object) -> object:
    tokens: m.Tokens = r  # type: ignore[assignment]  # what the command returns, here and below
    return {
        "user_id": str(tokens.user.id),
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_in": tokens.expires_in,
    }


def _channel(found: m.Channel) -> Channel:
    return Channel(
        str(found.id),
        None if found.owner_id is None else str(found.owner_id),
        found.name,
        found.description,
        seconds(found.created_at),
    )


def _view(r: object) -> object:
    return _channel(r.channel)  # type: ignore[attr-defined]  # as above


def _channels(r: object) -> object:
    return [_channel(x) for x in r]  # type: ignore[attr-defined]  # as above


def _item(found: m.Message) -> Item:
    text = found.content if found.recalled_at is None else RECALLED
    created = seconds(found.created_at)
    updated = found.recalled_at or found.edited_at or found.created_at
    return Item(
        str(found.id),
        str(found.id),
        str(found.channel_id),
        str(found.author.id),
        text,
        text,
        created,
        created,
        seconds(updated),
    )


def _posted(r: object) -> object:
    return _item(r.message)  # type: ignore[attr-defined]  # as above


def _image_path(r: object) -> object:
    return {"image": f"/channelchat/api/v1/users/{r.id}/image"}  # type: ignore[attr-defined]  # as above


def _page(r: object) -> object:
    page: m.Page = r  # type: ignore[assignment]  # as above
    items = [_item(x) for x in page.messages]
    more = page.has_more and bool(items)
    return HistoryEnvelope(200, "ok", items, items[-1].id if more else None)


_C: Final = "/api/v1/channels/{channel_id}"
_history_op = Operation(
    "GET", "/channels/{channel_id}/messages", "A page of history, newest first.", _history, _page,
    query=PageQuery, returns=HistoryEnvelope,
)  # fmt: skip
_Op = Operation

SEED_OPERATIONS: Final = (_history_op,)
ORIGINAL_OPERATIONS: Final = (
    _Op("POST", "/register", "Make an account.", _register, _nothing, body=RegisterIn, public=True),
    _Op("POST", "/login", "Sign in.", _login, _tokens, body=LoginIn, public=True),
    _Op("POST", "/access-token", "A new pair of tokens.", _refresh, _tokens, body=RefreshIn,
        public=True),
    _Op("GET", "/api/v1/channels", "Channels.", lambda _: c.BrowseChannels(), _channels),
    _Op("POST", "/api/v1/channels", "Make one.", _create, _view, body=ChannelIn),
    _Op("GET", _C, "One.", lambda a: c.GetChannel(_channel_id(a)), _view),
    _Op("PUT", _C, "Change one.", _update, _view, body=ChannelIn),
    _Op("DELETE", _C, "Delete one.", lambda a: c.DeleteChannel(_channel_id(a)), _nothing),
    msgspec.structs.replace(_history_op, path=_C + "/messages"),
    _Op("POST", _C + "/image", "Send an image.", _post_image, _posted, upload="image"),
    _Op("GET", _C + _MESSAGE_IMAGE, "A message's image.", _image, _nothing),
    _Op("POST", "/api/v1/user/image", "One's own picture.", _set_image, _image_path, upload="image"),
    _Op("GET", "/api/v1/users/{user_id}/image", "A person's picture.", _user_image, _nothing),
)  # fmt: skip

# What the original answers with HTTP 200 and a code of failure.
_MILD: Final = frozenset(
    {
        ("POST", "/login", Code.UNAUTHORIZED),
        ("POST", "/login", Code.FORBIDDEN),
        ("POST", "/api/v1/channels", Code.CONFLICT),
    }
)


# Should a browser ever take an image for a page: it may do nothing.
_IMAGE_HEADERS: Final = (("content-security-policy", "default-src 'none'; sandbox"),)


class ChannelChatRest:
    """A part of the surface, under each of `prefixes`."""

    pages: Mapping[str, Callable[[], Answer]] = {}

    def __init__(self, prefixes: Sequence[str], operations: Sequence[Operation]) -> None:
        self.prefixes = prefixes
        self.operations = operations

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """`Authorization: Bearer`, or the original's `?accesstoken=`."""
        token = bearer(authorization)
        return query.get("accesstoken") if token is None else token

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result in its envelope; an image as it is."""
        if isinstance(result, m.Image):
            return Answer(200, result.content, result.media_type, _IMAGE_HEADERS)
        data = operation.result(result)
        whole = data if isinstance(data, HistoryEnvelope) else Envelope(200, "ok", data)
        return Answer(200, encode(whole))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """The code also in the envelope."""
        code = STATUS[refusal.code]
        is_mild = (operation.method, operation.path, refusal.code) in _MILD
        return Answer(200 if is_mild else code, encode(Envelope(code, refusal.message, None)))
