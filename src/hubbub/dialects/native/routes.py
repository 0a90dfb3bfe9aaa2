"""Native's REST side: `/api/v1`, bearer tokens, RFC 9457 problems."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import UNSET

from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.codec import history
from hubbub.dialects.native.frames import HistoryData
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code, Refused, invalid
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.wire import fields
from hubbub.wire.rest import Answer, Args, Operation

STATUS: Final = {
    Code.UNAUTHORIZED: (401, "Not signed in"),
    Code.FORBIDDEN: (403, "Not allowed"),
    Code.NOT_FOUND: (404, "Not found"),
    Code.INVALID: (422, "Invalid"),
    Code.RATE_LIMITED: (429, "Too many requests"),
    Code.CONFLICT: (409, "Conflict"),
    Code.TOO_LARGE: (413, "Too large"),
    Code.UNAVAILABLE: (503, "Not now"),
}


def _channel(a: Args) -> ChannelId:
    return fields.channel_id(a.path["channel_id"])


def _message(a: Args) -> MessageId:
    return fields.message_id(a.path["message_id"])


def _person(a: Args) -> UserId:
    return fields.user_id(a.path["user_id"])


def _register(a: Args) -> c.Command:
    b: s.RegisterIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    return c.Register(b.username, b.password, b.email, b.display_name, a.label)


def _login(a: Args) -> c.Command:
    b: s.LoginIn = a.body  # type: ignore[assignment]  # as above
    return c.SignIn(b.login, b.password, a.label)


def _refresh(a: Args) -> c.Command:
    b: s.RefreshIn = a.body  # type: ignore[assignment]  # as above
    return c.Refresh(b.refresh_token)


def _password(a: Args) -> c.Command:
    b: s.PasswordIn = a.body  # type: ignore[assignment]  # as above
    return c.ChangePassword(b.old_password, b.new_password)


def _claim(a: Args) -> c.Command:
    b: s.ClaimIn = a.body  # type: ignore[assignment]  # as above
    return c.ClaimAdmin(b.token)


def _profile(a: Args) -> c.Command:
    b: s.ProfileIn = a.body  # type: ignore[assignment]  # as above
    return c.UpdateProfile(b.display_name)


def _search(a: Args) -> c.Command:
    q: s.SearchQuery = a.query  # type: ignore[assignment]  # as above
    return c.SearchUsers(q.q, q.limit)


def _create(a: Args) -> c.Command:
    b: s.ChannelIn = a.body  # type: ignore[assignment]  # as above
    if b.kind is not m.Kind.GROUP:
        raise invalid("kind", "only groups are made here; direct channels with POST /dms")
    return c.CreateGroup(b.name, b.description, b.private)


def _find(a: Args) -> c.Command:
    q: s.GroupQuery = a.query  # type: ignore[assignment]  # as above
    return c.FindGroups(q.q)


def _patch(a: Args) -> c.Command:
    b: s.ChannelPatch = a.body  # type: ignore[assignment]  # as above
    given = {
        name: value
        for name in ("name", "description", "private", "owner_id")
        if (value := getattr(b, name)) is not UNSET
    }
    if "owner_id" in given:
        given["owner_id"] = fields.user_id(given["owner_id"], "owner_id")
    return c.UpdateChannel(_channel(a), **given)


def _direct(a: Args) -> c.Command:
    b: s.DirectIn = a.body  # type: ignore[assignment]  # as above
    return c.OpenDirect(fields.user_id(b.user_id))


def _members(a: Args) -> c.Command:
    q: s.MemberQuery = a.query  # type: ignore[assignment]  # as above
    after = None if q.after is None else fields.user_id(q.after, "after")
    return c.ListMembers(_channel(a), q.status, after, q.limit)


def _add(a: Args) -> c.Command:
    b: s.MemberIn | None = a.body  # type: ignore[assignment]  # as above
    return c.AddMember(_channel(a), _person(a), None if b is None else b.role)


def _remove(a: Args) -> c.Command:
    q: s.RemoveQuery = a.query  # type: ignore[assignment]  # as above
    return c.RemoveMember(_channel(a), _person(a), q.ban)


def _history(a: Args) -> c.Command:
    q: s.PageQuery = a.query  # type: ignore[assignment]  # as above
    return history(HistoryData(a.path["channel_id"], q.before, q.after, q.around, q.limit))


def _send(a: Args) -> c.Command:
    b: s.MessageIn = a.body  # type: ignore[assignment]  # as above
    reply_to = None if b.reply_to is None else fields.message_id(b.reply_to, "reply_to")
    return c.SendMessage(_channel(a), b.content, b.nonce, reply_to)


def _edit(a: Args) -> c.Command:
    b: s.MessagePatch = a.body  # type: ignore[assignment]  # as above
    return c.EditMessage(_channel(a), _message(a), b.content)


def _read(a: Args) -> c.Command:
    b: s.SeqIn = a.body  # type: ignore[assignment]  # as above
    return c.MarkRead(_channel(a), b.seq)


def _delivered(a: Args) -> c.Command:
    b: s.SeqIn = a.body  # type: ignore[assignment]  # as above
    return c.MarkDelivered(_channel(a), b.seq)


def _presence(a: Args) -> c.Command:
    q: s.PresenceQuery = a.query  # type: ignore[assignment]  # as above
    wanted = [part for part in q.user_ids.split(",") if part]
    return c.GetPresence(tuple(fields.user_id(part, "user_ids") for part in wanted))


def _relate(a: Args) -> c.Command:
    b: s.BondIn = a.body  # type: ignore[assignment]  # as above
    return c.Block(_person(a)) if b.bond == "blocked" else c.RequestFriend(_person(a))


# -- results ------------------------------------------------------------------------------------------


def _tokens(r: object) -> object:
    return render.tokens(r)  # type: ignore[arg-type]  # what the command returns, here and below


def _account(r: object) -> object:
    return render.profile(r)  # type: ignore[arg-type]  # as above


def _user(r: object) -> object:
    return render.profile(m.Account(r, None, None))  # type: ignore[arg-type]  # as above


def _users(r: object) -> object:
    return [render.user(u) for u in r]  # type: ignore[attr-defined]  # as above


def _sessions(r: object) -> object:
    return [render.session(x) for x in r]  # type: ignore[attr-defined]  # as above


def _view(r: object) -> object:
    return render.view(r)  # type: ignore[arg-type]  # as above


def _opened(r: object) -> object:
    return render.view(r[0])  # type: ignore[index]  # as above


def _views(r: object) -> object:
    return [render.view(v) for v in r]  # type: ignore[attr-defined]  # as above


def _found(r: object) -> object:
    return [render.channel(x) for x in r]  # type: ignore[attr-defined]  # as above


def _people(r: object) -> object:
    return [render.member(x, u) for x, u in r]  # type: ignore[attr-defined]  # as above


def _membership(r: object) -> object:
    return render.membership(r)  # type: ignore[arg-type]  # as above


def _page(r: object) -> object:
    return render.page(r)  # type: ignore[arg-type]  # as above


def _sent(r: object) -> object:
    return render.message(r.message)  # type: ignore[attr-defined]  # as above


def _one_message(r: object) -> object:
    return render.message(r)  # type: ignore[arg-type]  # as above


def _online(r: object) -> object:
    return {str(u): "online" if is_on else "offline" for u, is_on in r.items()}  # type: ignore[attr-defined]  # as above


def _relationships(r: object) -> object:
    return s.Relationships([render.relationship(x) for x in r])  # type: ignore[attr-defined]  # as above


def _nothing(_: object) -> object:
    return None


_C = "/channels/{channel_id}"
_M = _C + "/messages/{message_id}"
_R = _M + "/reactions/{emoji}/@me"
_P = _C + "/members/{user_id}"
_INVALID, _CONFLICT, _FORBIDDEN = Code.INVALID, Code.CONFLICT, Code.FORBIDDEN
_UNKNOWN = (Code.NOT_FOUND, Code.FORBIDDEN)

Op = Operation
OPERATIONS: Final[tuple[Operation, ...]] = (
    Op("POST", "/auth/register", "Make an account and sign in.", _register, _tokens, 201, "auth",
       body=s.RegisterIn, returns=s.Tokens, public=True, refuses=(_CONFLICT, Code.FORBIDDEN)),
    Op("POST", "/auth/login", "Sign in by user name or e-mail.", _login, _tokens, 200, "auth",
       body=s.LoginIn, returns=s.Tokens, public=True, refuses=(Code.UNAUTHORIZED,)),
    Op("POST", "/auth/refresh", "Change a refresh token for a new pair; each works once.", _refresh,
       _tokens, 200, "auth", body=s.RefreshIn, returns=s.Tokens, public=True,
       refuses=(Code.UNAUTHORIZED,)),
    Op("POST", "/auth/logout", "End this device's session.", lambda _: c.SignOut(), _nothing, 204,
       "auth"),
    Op("POST", "/auth/password", "Change the password; all other devices are signed out.", _password,
       _nothing, 204, "auth", body=s.PasswordIn, refuses=(_FORBIDDEN,)),
    Op("GET", "/auth/sessions", "One's signed-in devices.", lambda _: c.ListLogins(), _sessions, 200,
       "auth", returns=list[s.Session]),
    Op("DELETE", "/auth/sessions", "Sign out all other devices.", lambda _: c.RevokeLogin(None),
       _nothing, 204, "auth"),
    Op("DELETE", "/auth/sessions/{session_id}", "Sign out one device.",
       lambda a: c.RevokeLogin(fields.login_id(a.path["session_id"])), _nothing, 204, "auth",
       refuses=(Code.NOT_FOUND,)),
    Op("POST", "/auth/claim-admin", "Become the first administrator with the printed token.", _claim,
       _user, 200, "auth", body=s.ClaimIn, returns=s.Profile, refuses=(_CONFLICT, _FORBIDDEN)),
    Op("GET", "/users/@me", "Oneself.", lambda _: c.GetUser(None), _account, 200, "users",
       returns=s.Profile),
    Op("PATCH", "/users/@me", "Change one's profile.", _profile, _account, 200, "users",
       body=s.ProfileIn, returns=s.Profile),
    Op("GET", "/users/{user_id}", "A person.", lambda a: c.GetUser(_person(a)), _account, 200, "users",
       returns=s.Profile, refuses=(Code.NOT_FOUND,)),
    Op("GET", "/users", "People whose user name starts with `q`.", _search, _users, 200, "users",
       query=s.SearchQuery, returns=list[s.User]),
    Op("GET", "/presence", "Who of these is online.", _presence, _online, 200, "users",
       query=s.PresenceQuery, returns=dict[str, str]),
    Op("GET", "/relationships", "One's friends, requests and blocks.",
       lambda _: c.ListRelationships(), _relationships, 200, "relationships",
       returns=s.Relationships),
    Op("PUT", "/relationships/{user_id}", "Ask to be friends, accept what was asked, or block.", _relate,
       _nothing, 204, "relationships", body=s.BondIn, refuses=(Code.NOT_FOUND, _CONFLICT)),
    Op("DELETE", "/relationships/{user_id}", "End a friendship or a block, withdraw or reject a request.",
       lambda a: c.EndRelationship(_person(a)), _nothing, 204, "relationships",
       refuses=(Code.NOT_FOUND,)),
    Op("GET", "/channels", "The channels one is in, newest activity first.",
       lambda _: c.ListChannels(), _views, 200, "channels", returns=list[s.ChannelView]),
    Op("POST", "/channels", "Make a group.", _create, _view, 201, "channels", body=s.ChannelIn,
       returns=s.ChannelView, refuses=(_CONFLICT,)),
    Op("GET", "/groups", "Open groups to join, by the start of their name.", _find, _found, 200,
       "channels", query=s.GroupQuery, returns=list[s.Channel]),
    Op("POST", "/dms", "The one direct channel with a person.", _direct, _opened, 200, "channels",
       body=s.DirectIn, returns=s.ChannelView, refuses=_UNKNOWN),
    Op("GET", _C, "One channel.", lambda a: c.GetChannel(_channel(a)), _view, 200, "channels",
       returns=s.ChannelView, refuses=(Code.NOT_FOUND,)),
    Op("PATCH", _C, "Rename, describe, open, close or hand over a group.", _patch, _view, 200,
       "channels", body=s.ChannelPatch, returns=s.ChannelView, refuses=_UNKNOWN),
    Op("DELETE", _C, "Delete a group with all that is in it.", lambda a: c.DeleteChannel(_channel(a)),
       _nothing, 204, "channels", refuses=_UNKNOWN),
    Op("GET", _C + "/members", "Who is in it.", _members, _people, 200, "members",
       query=s.MemberQuery, returns=list[s.Member], refuses=_UNKNOWN),
    Op("PUT", _P, "Join (`@me`), add or approve a person, or change a role.", _add, _membership, 200,
       "members", body=s.MemberIn, body_optional=True, returns=s.Membership,
       refuses=(*_UNKNOWN, _CONFLICT)),
    Op("DELETE", _P, "Leave (`@me`), kick, reject or ban a person, or lift a ban.", _remove, _nothing,
       204, "members", query=s.RemoveQuery, refuses=(*_UNKNOWN, _CONFLICT)),
    Op("GET", _C + "/messages", "History, newest first.", _history, _page, 200, "messages",
       query=s.PageQuery, returns=s.Page, refuses=_UNKNOWN),
    Op("POST", _C + "/messages", "Send a message.", _send, _sent, 201, "messages", body=s.MessageIn,
       returns=s.Message, refuses=_UNKNOWN),
    Op("GET", _M, "One message.", lambda a: c.GetMessage(_channel(a), _message(a)), _one_message, 200,
       "messages", returns=s.Message, refuses=_UNKNOWN),
    Op("PATCH", _M, "Edit one's own message.", _edit, _one_message, 200, "messages",
       body=s.MessagePatch, returns=s.Message, refuses=(*_UNKNOWN, _CONFLICT)),
    Op("DELETE", _M, "Recall a message: it becomes a tombstone.",
       lambda a: c.RecallMessage(_channel(a), _message(a)), _one_message, 200, "messages",
       returns=s.Message, refuses=_UNKNOWN),
    Op("PUT", _R, "Put an emoji on a message.",
       lambda a: c.AddReaction(_channel(a), _message(a), a.path["emoji"]), _one_message, 200,
       "messages", returns=s.Message, refuses=(*_UNKNOWN, _CONFLICT)),
    Op("DELETE", _R, "Take one's emoji back.",
       lambda a: c.RemoveReaction(_channel(a), _message(a), a.path["emoji"]), _one_message, 200,
       "messages", returns=s.Message, refuses=(*_UNKNOWN, _CONFLICT)),
    Op("PUT", _C + "/read", "One has read up to `seq`.", _read, _nothing, 204, "messages",
       body=s.SeqIn, refuses=_UNKNOWN),
    Op("PUT", _C + "/delivered", "One's device has received up to `seq`.", _delivered, _nothing, 204,
       "messages", body=s.SeqIn, refuses=_UNKNOWN),
    Op("POST", _C + "/typing", "One is typing.", lambda a: c.Typing(_channel(a)), _nothing, 204,
       "messages", refuses=_UNKNOWN),
)  # fmt: skip


class NativeRest:
    """Everything under `/api/v1`."""

    prefixes: Sequence[str] = ("/api/v1",)
    operations: Sequence[Operation] = OPERATIONS

    def __init__(self, pages: Mapping[str, Callable[[], Answer]]) -> None:
        self.pages = pages

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """Only the header: what stands in an address ends up in logs."""
        scheme, _, token = (authorization or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result in native's words."""
        if operation.status == 204:
            return Answer(204, b"")
        return Answer(operation.status, render.encode(operation.result(result)))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """An RFC 9457 problem."""
        status, title = STATUS[refusal.code]
        problem = s.Problem(
            f"urn:hubbub:problem:{refusal.code.value}",
            title,
            status,
            refusal.code.value,
            refusal.message,
            refusal.field,
            refusal.retry_after,
        )
        headers: tuple[tuple[str, str], ...] = ()
        if refusal.retry_after is not None:
            headers = (("retry-after", str(max(1, math.ceil(refusal.retry_after)))),)
        if status == 401:
            headers = (*headers, ("www-authenticate", 'Bearer realm="hubbub"'))
        return Answer(status, render.encode(problem), "application/problem+json", headers)
