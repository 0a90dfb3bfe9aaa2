"""Accounts: what the seed's web client needs before and beside messages."""

from typing import Final, cast

import msgspec

from hubbub.dialects.studybuddy import structs as s
from hubbub.dialects.studybuddy.operations.messages import person
from hubbub.dialects.studybuddy.render import role, status
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.times import whole_seconds
from hubbub.wire.rest import Args, Operation


def _register(a: Args) -> c.Command:
    b: s.RegisterIn = a.body  # type: ignore[assignment]  # the operation's own type, here and below
    return c.Register(b.username, b.password, b.email, None, a.label, lasting=True)


def _login(a: Args) -> c.Command:
    b: s.LoginIn = a.body  # type: ignore[assignment]  # as above
    return c.SignIn(b.username_or_email, b.password, a.label, lasting=True)


def _refresh(a: Args) -> c.Command:
    b: s.RefreshIn = a.body  # type: ignore[assignment]  # as above
    return c.Refresh(b.refresh_token, lasting=True)


def _search(a: Args) -> c.Command:
    q: s.SearchQuery = a.query  # type: ignore[assignment]  # as above
    return c.SearchUsers(q.q)


def _oneself(user: m.User, email: str | None) -> dict[str, object]:
    return {
        "id": user.id,
        "username": user.username,
        "email": email or "",
        "goals": None,
        "study_preference": None,
        "created_at": whole_seconds(user.created_at),
    }


def _signed_in(r: object) -> object:
    tokens: m.Tokens = r  # type: ignore[assignment]  # what the command returns, here and below
    return {
        "user": _oneself(tokens.user, tokens.email),
        "tokens": {
            "accessToken": tokens.access_token,
            "refreshToken": tokens.refresh_token,
            "expiresIn": tokens.expires_in,
        },
    }


def _refreshed(r: object) -> object:
    """Its client keeps this `user` as its own: with the e-mail, which a refresh alone does not tell."""
    tokens, account = cast("tuple[m.Tokens, m.Account]", r)
    return _signed_in(msgspec.structs.replace(tokens, email=account.email))


def _group(view: m.ChannelView, member: m.Member) -> dict[str, object]:
    channel = view.channel
    return {
        "id": channel.id,
        "group_id": channel.id,
        "group_name": channel.name,
        "group_description": channel.description,
        "role": role(channel, member),
        "status": status(member),
        "joined_at": whole_seconds(member.joined_at),
        "unread": view.unread,
    }


def _profile(r: object) -> object:
    account, views = cast("tuple[m.Account, list[m.ChannelView]]", r)
    groups = [v for v in views if v.channel.kind is m.Kind.GROUP]
    return {
        "user": _oneself(account.user, account.email),
        "courses": [],
        "skills": [],
        "availability": [],
        "groups": [_group(view, view.member) for view in groups if view.member is not None],
        "stats": {},
    }


def _people(r: object) -> object:
    return {"users": [person(user) for user in r]}  # type: ignore[attr-defined]  # as above


_Op = Operation
OPERATIONS: Final = (
    _Op("POST", "/auth/register", "Make an account.", _register, _signed_in, body=s.RegisterIn,
        public=True),
    _Op("POST", "/auth/login", "Sign in.", _login, _signed_in, body=s.LoginIn, public=True),
    _Op("POST", "/auth/refresh", "A new pair of tokens.", _refresh, _refreshed, body=s.RefreshIn,
        public=True, then=lambda _, __: c.GetUser(None)),
    _Op("POST", "/auth/logout", "Sign this device out.", lambda _: c.SignOut(), lambda _: {}),
    _Op("GET", "/users/profile", "Oneself and one's groups.", lambda _: c.GetUser(None), _profile,
        then=lambda _, __: c.ListChannels()),
    _Op("GET", "/users/search", "People by name.", _search, _people, query=s.SearchQuery),
)  # fmt: skip
