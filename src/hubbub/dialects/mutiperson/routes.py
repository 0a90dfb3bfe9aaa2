"""Seed 004's REST side. Envelope `{code, message, data}`; writes are GETs, as clients send them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from hubbub.dialects.mutiperson.render import encode, message
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import limits
from hubbub.model.errors import Code, Refused, invalid
from hubbub.model.ids import LOBBY, ChannelId, MessageId, UserId
from hubbub.wire import fields
from hubbub.wire.rest import STATUS, Answer, Args, Operation, bearer, retry_after

FOUND: Final = 50  # people of one search
NOT_ADDED: Final = "添加失败"
ASKED: Final = "Asked to be a friend; messages can be sent once it is accepted."
WAITING: Final = "Asked to be let in; messages come once that is done."


class LoginIn(msgspec.Struct, frozen=True):
    """The seed's field, and that of the original."""

    user_name: str = ""
    name: str = ""


class Who(msgspec.Struct, frozen=True):
    """Who asks, or whom it is about."""

    user_id: str = ""


class ContacterQuery(msgspec.Struct, frozen=True):
    """A person to be able to write to."""

    contacter_id: str
    user_id: str = ""


class BlockQuery(msgspec.Struct, frozen=True):
    """A group."""

    block_id: str
    user_id: str = ""


class NewBlock(msgspec.Struct, frozen=True):
    """A group that is to be."""

    block_name: str
    user_id: str = ""


class UserName(msgspec.Struct, frozen=True):
    """Any part of a name."""

    user_name: str


class BlockName(msgspec.Struct, frozen=True):
    """Any part of a name."""

    block_name: str


class HistoryQuery(msgspec.Struct, frozen=True):
    """Of a block, or with a person; `before` is a message's id."""

    user_id: str = ""
    block_id: str | None = None
    contacter_id: str | None = None
    before: str | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_DEFAULT


class Told(msgspec.Struct, frozen=True):
    """Data, and what is to be said about it."""

    data: object
    message: str = ""


# -- commands -----------------------------------------------------------------------------------------


def _login(a: Args) -> c.Command:
    b: LoginIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    return c.EnterAsGuest(b.user_name or b.name)


def _channels(_: Args) -> c.Command:
    return c.ListChannels()


def _user(a: Args) -> c.Command:
    q: Who = a.query  # type: ignore[assignment]  # as above
    return c.GetUser(fields.user_id(q.user_id))


def _block(a: Args) -> c.Command:
    return c.GetChannel(_block_id(a))


def _block_id(a: Args) -> ChannelId:
    q: BlockQuery = a.query  # type: ignore[assignment]  # as above
    return fields.channel_id(q.block_id, "block_id")


def _find_users(a: Args) -> c.Command:
    q: UserName = a.query  # type: ignore[assignment]  # as above
    return c.SearchUsers(q.user_name, FOUND, within=True)


def _find_blocks(a: Args) -> c.Command:
    q: BlockName = a.query  # type: ignore[assignment]  # as above
    return c.FindGroups(q.block_name, within=True)


def _add_contacter(a: Args) -> c.Command:
    q: ContacterQuery = a.query  # type: ignore[assignment]  # as above
    return c.AddContact(fields.user_id(q.contacter_id, "contacter_id"))


def _join(a: Args) -> c.Command:
    # Who asks has been found by then.
    return c.AddMember(_block_id(a), a.user_id)  # type: ignore[arg-type]  # as above


def _new_block(a: Args) -> c.Command:
    q: NewBlock = a.query  # type: ignore[assignment]  # as above
    return c.CreateGroup(q.block_name, guests=True)


def _history(a: Args) -> c.Command:
    q: HistoryQuery = a.query  # type: ignore[assignment]  # as above
    before: MessageId | None = None
    if q.before is not None:
        before = fields.message_id(q.before, "before")
    if (q.block_id is None) is (q.contacter_id is None):
        raise invalid("block_id, contacter_id", "give one of them")
    channel_id: ChannelId | None = None
    user_id: UserId | None = None
    if q.block_id is not None:
        channel_id = fields.channel_id(q.block_id, "block_id")
    elif q.contacter_id is not None:
        user_id = fields.user_id(q.contacter_id, "contacter_id")
    return c.ReadConversation(channel_id, user_id, before, q.limit)


# -- results ------------------------------------------------------------------------------------------


def _person(r: object) -> dict[str, object]:
    user: m.User = r  # type: ignore[assignment]  # what the command returns, here and below
    return {"user_id": user.id, "user_name": user.username, "user_img": ""}


def _one_person(r: object) -> object:
    return [_person(r.user)]  # type: ignore[attr-defined]  # as above


def _people(r: object) -> object:
    return [_person(user) for user in r]  # type: ignore[attr-defined]  # as above


def _contacters(r: object) -> object:
    views: Sequence[m.ChannelView] = r  # type: ignore[assignment]  # as above
    return [_person(view.peer) for view in views if view.peer is not None]


def _row(channel: m.Channel) -> dict[str, object]:
    """Clients ask whether there is a block's id: `0` would be none, `"0"` is one."""
    return {
        "block_id": "0" if channel.id == LOBBY else channel.id,
        "block_name": channel.name,
        "owner_id": channel.owner_id or 0,
        "block_img": "",
    }


def _blocks(r: object) -> object:
    views: Sequence[m.ChannelView] = r  # type: ignore[assignment]  # as above
    return [_row(v.channel) for v in views if v.channel.kind in (m.Kind.GROUP, m.Kind.LOBBY)]


def _groups(r: object) -> object:
    return [_row(channel) for channel in r]  # type: ignore[attr-defined]  # as above


def _one_block(r: object) -> object:
    return [_row(r.channel)]  # type: ignore[attr-defined]  # as above


def _conversations(r: object) -> object:
    views: Sequence[m.ChannelView] = r  # type: ignore[assignment]  # as above
    return [_conversation(view) for view in views]


def _conversation(view: m.ChannelView) -> dict[str, str]:
    if view.peer is not None:
        return {"contacter_id": str(view.peer.id)}
    return {"block_id": str(view.channel.id)}


def _added(r: object) -> object:
    return Told({}) if r else Told({}, ASKED)


def _joined(r: object) -> object:
    member: m.Member = r  # type: ignore[assignment]  # as above
    return Told({}) if member.status is m.Status.ACTIVE else Told({}, WAITING)


def _made(r: object) -> object:
    channel: m.Channel = r.channel  # type: ignore[attr-defined]  # as above
    row = _row(channel)
    return {name: row[name] for name in ("block_id", "block_name", "owner_id")}


def _page(r: object) -> object:
    page: m.Page = r.page  # type: ignore[attr-defined]  # as above
    more = page.has_more and bool(page.messages)
    return {
        "messages": [message(found) for found in page.messages if found.recalled_at is None],
        "next_before": str(page.messages[-1].id) if more else None,
    }


_CLAIM: Final = "user_id"
_ADDS: Final = ("/contacter/add", "/block/join", "/block/new")
OPERATIONS: Final = (
    Operation("POST", "/login", "Enter by name.", _login, _person, body=LoginIn, form=True, public=True),
    Operation("GET", "/profile/contacter", "People one may write to.", _channels, _contacters,
        query=Who, claim=_CLAIM),
    Operation("GET", "/profile/block", "One's blocks.", _channels, _blocks, query=Who, claim=_CLAIM),
    Operation("GET", "/conversation", "Both, newest activity first.", _channels, _conversations,
        query=Who, claim=_CLAIM),
    Operation("GET", "/user", "One person.", _user, _one_person, query=Who, visitors=True),
    Operation("GET", "/block", "One block.", _block, _one_block, query=BlockQuery, claim=_CLAIM,
        visitors=True),
    Operation("GET", "/search/contacter", "People by name.", _find_users, _people, query=UserName,
        visitors=True),
    Operation("GET", "/search/block", "Blocks by name.", _find_blocks, _groups, query=BlockName,
        visitors=True),
    Operation("GET", _ADDS[0], "Be able to write to a person.", _add_contacter, _added,
        query=ContacterQuery, claim=_CLAIM),
    Operation("GET", _ADDS[1], "Join a block.", _join, _joined, query=BlockQuery, claim=_CLAIM),
    Operation("GET", _ADDS[2], "Make a block.", _new_block, _made, query=NewBlock, claim=_CLAIM),
    Operation("GET", "/history", "A page, newest first.", _history, _page, query=HistoryQuery,
        claim=_CLAIM),
)  # fmt: skip

# Refusals of adding that are not about what is added.
_THROWN: Final = frozenset((Code.UNAUTHORIZED, Code.RATE_LIMITED, Code.UNAVAILABLE))


class MutiPersonRest:
    """A part of the surface, under each of `prefixes`."""

    pages: Mapping[str, Callable[[], Answer]] = {}
    operations = OPERATIONS

    def __init__(self, prefixes: Sequence[str]) -> None:
        self.prefixes = prefixes

    def token(
        self, authorization: str | None, query: Mapping[str, str]
    ) -> str | None:  # the port's
        """`Authorization: Bearer`, of people with an account."""
        return bearer(authorization)

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result in its envelope."""
        made = operation.result(result)
        told = made if isinstance(made, Told) else Told(made)
        return Answer(200, encode({"code": 200, "message": told.message, "data": told.data}))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """As the original: what could not be added is no error of HTTP, everything else is."""
        if operation.path in _ADDS and refusal.code not in _THROWN:
            reason = {"reason": refusal.message}
            return Answer(200, encode({"code": 500, "message": NOT_ADDED, "data": reason}))
        code = STATUS[refusal.code]
        told = {"code": code, "message": refusal.message, "success": False, "data": {}}
        return Answer(code, encode(told), headers=retry_after(refusal))
