"""Seed 002's REST side (docs/dialects/chatgroup.md). Errors are `{error}` with a Chinese text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from hubbub.dialects.chatgroup import render
from hubbub.dialects.chatgroup import structs as s
from hubbub.dialects.chatgroup.errors import NOT_A_MEMBER, words
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code, Refused, invalid, not_found
from hubbub.model.ids import LOBBY, ChannelId, MessageId, UserId
from hubbub.model.limits import PAGE_MAX
from hubbub.model.times import rfc3339
from hubbub.ports.clock import Clock
from hubbub.wire import fields
from hubbub.wire.fields import hex_id
from hubbub.wire.rest import NO_TOKEN, STATUS, Answer, Args, Operation, bearer
from hubbub.wire.socketio import encode_json

_TAKEN: Final = {"username": "用户名已被占用", "email": "邮箱已被注册"}
_REQUESTS: Final = {
    Code.NOT_FOUND: "用户不存在",
    Code.CONFLICT: "已经是好友，或好友请求已存在",
}
_ANSWERS: Final = {Code.NOT_FOUND: "好友请求不存在"}
_CHATS: Final = {Code.NOT_FOUND: NOT_A_MEMBER, Code.FORBIDDEN: NOT_A_MEMBER}


# -- requests -----------------------------------------------------------------------------------------


def _register(a: Args) -> c.Command:
    b: s.RegisterIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    return c.Register(b.username, b.password, b.email, None, a.label, lasting=True)


def _login(a: Args) -> c.Command:
    b: s.LoginIn = a.body  # type: ignore[assignment]  # as above
    return c.SignIn(b.email, b.password, a.label, lasting=True)


def _refresh(a: Args) -> c.Command:
    b: s.RefreshIn = a.body  # type: ignore[assignment]  # as above
    return c.Refresh(b.refresh_token, lasting=True)


def _profile(a: Args) -> c.Command:
    b: s.ProfileIn = a.body  # type: ignore[assignment]  # as above
    return c.UpdateProfile(b.display_name)


def _search(a: Args) -> c.Command:
    q: s.SearchQuery = a.query  # type: ignore[assignment]  # as above
    return c.SearchUsers(q.q, 10)


def _user_id(text: str, field: str) -> UserId:
    return UserId(fields.from_hex(text, field))


def _ask(a: Args) -> c.Command:
    b: s.RequestIn = a.body  # type: ignore[assignment]  # as above
    return c.RequestFriend(_user_id(b.receiver_id, "receiverId"))


def _answer(a: Args, *, accept: bool) -> c.Command:
    return c.AnswerFriend(fields.from_hex(a.path["id"], "id"), accept)


def _unfriend(a: Args) -> c.Command:
    return c.RemoveFriend(_user_id(a.path["id"], "id"))


def _create(a: Args) -> c.Command:
    b: s.ChatIn = a.body  # type: ignore[assignment]  # as above
    people = tuple(_user_id(text, "memberIds") for text in b.member_ids)
    if b.type == "DIRECT":
        if len(people) != 1:
            raise invalid("memberIds", "a direct chat is with one person")
        return c.OpenDirect(people[0])
    return c.CreateGroup(b.name or "", private=True, user_ids=people)


def _history(a: Args) -> c.Command:
    q: s.PageQuery = a.query  # type: ignore[assignment]  # as above
    before = None if q.before is None else MessageId(fields.from_hex(q.before, "before"))
    channel_id = ChannelId(fields.from_hex(a.path["id"], "id"))
    if channel_id == LOBBY:
        raise not_found("channel")  # it is no chat here
    return c.History(channel_id, before, limit=min(q.limit, PAGE_MAX))


# -- results ------------------------------------------------------------------------------------------


def _signed_in(r: object) -> object:
    tokens: m.Tokens = r  # type: ignore[assignment]  # what the command returns, here and below
    return {"token": tokens.access_token, "refreshToken": tokens.refresh_token}


def _account(r: object) -> object:
    tokens: m.Tokens = r  # type: ignore[assignment]  # as above
    user = {"id": hex_id(tokens.user.id), "username": tokens.user.username, "email": tokens.email}
    return {"user": user, **_signed_in(tokens)}  # type: ignore[dict-item]  # as above


def _me(r: object, now: int) -> object:
    """Who asks is there."""
    account: m.Account = r  # type: ignore[assignment]  # as above
    user, since = account.user, rfc3339(account.user.created_at)
    profile = s.Profile(hex_id(user.id), user.username, account.email, None, rfc3339(now), since)
    return {"user": profile}


def _users(r: object) -> object:
    return {"users": [render.sender(user) for user in r]}  # type: ignore[attr-defined]  # as above


def _friends(r: object) -> object:
    bonds: list[m.Relationship] = r  # type: ignore[assignment]  # as above
    return {"friends": [render.sender(x.user) for x in bonds if x.bond is m.Bond.FRIEND]}


def _request(found: m.FriendRequest) -> s.Request:
    return s.Request(
        hex_id(found.id),
        hex_id(found.sender.id),
        hex_id(found.receiver.id),
        found.status.upper(),
        rfc3339(found.created_at),
        render.sender(found.sender),
    )


def _asked(r: object) -> object:
    return {"request": _request(r)}  # type: ignore[arg-type]  # as above


def _requests(r: object) -> object:
    return {"requests": [_request(found) for found in r]}  # type: ignore[attr-defined]  # as above


def _accepted(r: object) -> object:
    answered, details = cast("tuple[tuple[m.FriendRequest, object], list[m.ChannelDetail]]", r)
    return {"request": _request(answered[0]), "chat": _chat(details[0])}


def _rejected(r: object) -> object:
    request, _ = cast("tuple[m.FriendRequest, None]", r)
    return _asked(request)


def _created(r: object) -> object:
    _, details = cast("tuple[object, list[m.ChannelDetail]]", r)
    return {"chat": _chat(details[0])}


def _look_at(r: object, _: Args) -> c.Command:
    """What is behind a new chat, for its whole form."""
    parts = r if isinstance(r, tuple) else (r,)
    view = next(part for part in parts if isinstance(part, m.ChannelView))
    return c.ListDetails(view.channel.id)


def _chat(detail: m.ChannelDetail) -> s.Chat:
    channel, latest = detail.view.channel, detail.latest
    is_direct = channel.kind is m.Kind.DIRECT
    created = rfc3339(channel.created_at)
    return s.Chat(
        hex_id(channel.id),
        None if is_direct else channel.name,
        "DIRECT" if is_direct else "GROUP",
        [_member(person) for person in detail.people],
        [] if latest is None else [render.message(latest)],
        created,
        created if latest is None else rfc3339(latest.created_at),
        detail.view.unread,
    )


def _member(person: m.Person) -> s.ChatMember:
    channel_id, user = hex_id(person.member.channel_id), person.user
    return s.ChatMember(
        f"{channel_id}-{hex_id(user.id)}",
        hex_id(user.id),
        channel_id,
        rfc3339(person.read_at),
        rfc3339(person.member.joined_at),
        render.sender(user),
    )


def _chats(r: object) -> object:
    return {"chats": [_chat(detail) for detail in r]}  # type: ignore[attr-defined]  # as above


def _messages(r: object) -> object:
    page: m.Page = r  # type: ignore[assignment]  # as above
    return {"messages": [render.message(found) for found in reversed(page.messages)]}


def _done(_: object) -> object:
    return {"success": True}


def operations(clock: Clock) -> tuple[Operation, ...]:
    """The table. Paths are below `/api`."""
    op = Operation
    return (
        op("POST", "/auth/register", "Make an account.", _register, _account, 201,
           body=s.RegisterIn, public=True),
        op("POST", "/auth/login", "Sign in.", _login, _account, body=s.LoginIn, public=True),
        op("POST", "/auth/refresh", "A new pair of tokens.", _refresh, _signed_in,
           body=s.RefreshIn, public=True),
        op("POST", "/auth/logout", "Sign this device out.", lambda _: c.SignOut(), _done),
        op("GET", "/users/me", "Oneself.", lambda _: c.GetUser(None),
           lambda r: _me(r, clock.now_ms())),
        op("PUT", "/users/me", "Another name to be shown.", _profile,
           lambda r: _me(r, clock.now_ms()), body=s.ProfileIn),
        op("GET", "/users/search", "People by name.", _search, _users, query=s.SearchQuery),
        op("GET", "/friends", "One's friends.", lambda _: c.ListRelationships(), _friends),
        op("GET", "/friends/requests", "Who asks one.", lambda _: c.ListRequests(), _requests),
        op("POST", "/friends/request", "Ask somebody.", _ask, _asked, 201, body=s.RequestIn),
        op("PUT", "/friends/request/{id}/accept", "Say yes; opens a chat.",
           lambda a: _answer(a, accept=True), _accepted, then=_look_at),
        op("PUT", "/friends/request/{id}/reject", "Say no.",
           lambda a: _answer(a, accept=False), _rejected),
        op("DELETE", "/friends/{id}", "End a friendship.", _unfriend, _done),
        op("GET", "/chats", "One's chats.", lambda _: c.ListDetails(), _chats),
        op("POST", "/chats", "A new chat.", _create, _created, 201, body=s.ChatIn, then=_look_at),
        op("GET", "/chats/{id}/messages", "A page, oldest first.", _history, _messages,
           query=s.PageQuery),
    )  # fmt: skip


class ChatGroupRest:
    """The surface, under each of `prefixes`."""

    def __init__(self, prefixes: Sequence[str], clock: Clock) -> None:
        self.prefixes = prefixes
        self.operations = operations(clock)
        self._clock = clock
        self.pages: Mapping[str, Callable[[], Answer]] = {
            prefix + "/health": self._health for prefix in prefixes
        }

    def _health(self) -> Answer:
        now = rfc3339(self._clock.now_ms())
        return Answer(200, encode_json({"status": "ok", "timestamp": now}))

    def token(self, authorization: str | None, query: Mapping[str, str]) -> str | None:
        """`Authorization: Bearer`."""
        return bearer(authorization)

    def answer(self, operation: Operation, result: object) -> Answer:
        """A result as it is."""
        return Answer(operation.status, encode_json(operation.result(result)))

    def refuse(self, operation: Operation, refusal: Refused) -> Answer:
        """`{error}`."""
        status, text = STATUS[refusal.code], _worded(operation, refusal)
        if operation.path.startswith("/chats/") and status == 404:
            status = 403  # the original's answer to who is not a member
        return Answer(status, encode_json({"error": text}))


def _worded(operation: Operation, refusal: Refused) -> str:
    if refusal.code is Code.UNAUTHORIZED:
        return _unauthorized(operation, refusal)
    if refusal.field in _TAKEN and refusal.code is Code.CONFLICT:
        return _TAKEN[refusal.field or ""]
    if refusal.code is Code.INVALID and refusal.field == "user_id":
        return "不能添加自己为好友" if operation.path == "/friends/request" else "不能与自己聊天"
    return _BY_PATH.get(operation.path, {}).get(refusal.code) or words(refusal)


_BY_PATH: Final = {
    "/auth/login": {Code.FORBIDDEN: "此账号已停用，请联系管理员"},
    "/auth/register": {Code.FORBIDDEN: "本服务器不开放注册，请联系管理员"},
    "/friends/request/{id}/accept": _ANSWERS,
    "/friends/request/{id}/reject": _ANSWERS,
    "/friends/request": _REQUESTS,
    "/chats": {Code.NOT_FOUND: "用户不存在"},
    "/chats/{id}/messages": _CHATS,
    "/users/search": {Code.INVALID: "搜索关键词不能为空"},
}


def _unauthorized(operation: Operation, refusal: Refused) -> str:
    if operation.path == "/auth/login":
        return "邮箱或密码错误"
    return "未提供认证 token" if refusal.message == NO_TOKEN else "token 无效或已过期"
