"""Accounts, profiles, settings."""

from typing import Final

import msgspec

from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.operations.common import (
    as_it_is,
    body,
    nothing,
    person,
    query,
    result,
    then,
    view,
)
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model.ids import ChannelId
from hubbub.model.servers import Notify
from hubbub.wire.fields import hex_id
from hubbub.wire.rest import Args, Operation
from hubbub.wire.socketio import encode_json

SEARCHED: Final = 10
_KEY: Final = "mew"
_preferences: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_settings: Final = msgspec.json.Decoder(o.NotificationSettings)
Signed = tuple[m.Tokens, msgspec.Raw]
Known = tuple[m.Account, msgspec.Raw]


def _register(a: Args, b: s.RegisterIn) -> c.Command:
    return c.Register(
        b.username, b.password, b.email, b.username, a.label, lasting=True, similar=True
    )


def _login(a: Args, b: s.LoginIn) -> c.Command:
    return c.SignIn(b.email, b.password, a.label, lasting=True)


def _signed_in(message: str, found: Signed) -> object:
    tokens, kept = found
    user = o.me(tokens.user, tokens.email, settings_in(kept))
    return {"message": message, "user": user, "token": tokens.access_token}


def _registered(found: Signed) -> object:
    return _signed_in("User registered successfully", found)


def _logged_in(found: Signed) -> object:
    return _signed_in("Login successful", found)


def _token_of(given: object) -> str:
    return given.access_token if isinstance(given, s.BotIn) else ""


def _bot(found: Known, a: Args) -> object:
    """The token goes on being the program's."""
    return {"message": "Login successful", "user": _me(found), "token": _token_of(a.body)}


# -- oneself ------------------------------------------------------------------------------------------


def _oneself(_: Args) -> c.Command:
    return c.GetUser(None)


def _remembered(_: object, __: Args) -> c.Command:
    return sc.GetPreferences()


def _me(found: Known) -> object:
    account, kept = found
    return o.me(account.user, account.email, settings_in(kept))


def _profile(_: Args, b: s.ProfileIn) -> c.Command:
    return c.UpdateProfile(b.username)


def _password(_: Args, b: s.PasswordIn) -> c.Command:
    return c.ChangePassword(b.old_password, b.new_password)


def _account(found: m.Account) -> object:
    return o.profile(found.user)


def _search(_: Args, q: s.SearchQuery) -> c.Command:
    return c.SearchUsers(q.q, SEARCHED + 1)


def _found(users: list[m.User], a: Args) -> object:
    """Nobody for no name; and not oneself."""
    asked = isinstance(a.query, s.SearchQuery) and a.query.q
    others = [user for user in users if user.id != a.user_id]
    return [o.user(user) for user in others[:SEARCHED]] if asked else []


# -- settings -----------------------------------------------------------------------------------------


def settings_in(kept: msgspec.Raw) -> o.NotificationSettings:
    """Mew's part of what a person's clients remember; other clients may have written what is none."""
    try:
        return _settings.decode(_preferences.decode(kept).get(_KEY, b"{}"))
    except (msgspec.MsgspecError, RecursionError):
        return o.NotificationSettings()


def _change(kept: msgspec.Raw, a: Args) -> c.Command:
    given = {k: v for k, v in msgspec.structs.asdict(_asked(a)).items() if v is not None}
    changed = msgspec.structs.replace(settings_in(kept), **given)
    whole: dict[str, object] = {**_others(kept), _KEY: changed}
    return sc.SetPreferences(msgspec.Raw(encode_json(whole)))


def _asked(a: Args) -> s.SettingsIn:
    assert isinstance(a.body, s.SettingsIn)  # noqa: S101  # the operation's own type
    return a.body


def _others(kept: msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return _preferences.decode(kept)
    except (msgspec.MsgspecError, RecursionError):
        return {}


def _settings_now(kept: msgspec.Raw) -> object:
    return settings_in(kept)


def _settings_then(found: tuple[msgspec.Raw, object], a: Args) -> object:
    changed = _change(found[0], a)
    assert isinstance(changed, sc.SetPreferences)  # noqa: S101  # that is what it makes
    return settings_in(changed.value)


def _levels(found: dict[ChannelId, Notify]) -> object:
    return [{"channelId": hex_id(i), "level": o.LEVELS[level]} for i, level in found.items()]


_US: Final = "/users/@me"
OPERATIONS: Final = (
    Operation("POST", "/auth/register", "Make an account.", body(_register), result(_registered), 201,
              body=s.RegisterIn, public=True, then=_remembered),
    Operation("POST", "/auth/login", "Sign in.", body(_login), result(_logged_in), body=s.LoginIn,
              public=True, then=_remembered),
    Operation("POST", "/auth/bot", "Sign a program in.", _oneself, as_it_is, body=s.BotIn, public=True,
              bearer=_token_of, then=_remembered, view=view(_bot)),
    Operation("GET", _US, "Oneself.", _oneself, result(_me), then=_remembered),
    Operation("PATCH", _US, "Another name to be shown.", body(_profile), result(_me), body=s.ProfileIn,
              form=True, then=_remembered),
    Operation("POST", _US + "/password", "A new password.", body(_password), nothing, 204,
              body=s.PasswordIn),
    Operation("GET", _US + "/notification-settings", "How one is told of things.",
              lambda _: sc.GetPreferences(), result(_settings_now)),
    Operation("PUT", _US + "/notification-settings", "Changes of that.", lambda _: sc.GetPreferences(),
              as_it_is, body=s.SettingsIn, then=then(_change), view=view(_settings_then)),
    Operation("GET", _US + "/channel-notification-settings", "Of channels.",
              lambda _: sc.ListNotify(), result(_levels)),
    Operation("GET", "/users/search", "People by name.", query(_search), as_it_is, query=s.SearchQuery,
              view=view(_found)),
    Operation("GET", "/users/{person_id}", "A person.", lambda a: c.GetUser(person(a)),
              result(_account)),
)  # fmt: skip
