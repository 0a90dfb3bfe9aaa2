"""Accounts, devices, people."""

from typing import Final

from hubbub.dialects.native import queries as qs
from hubbub.dialects.native import render
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import each, nothing, of, one, person
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model.errors import Code
from hubbub.model.ids import UserId
from hubbub.wire import fields
from hubbub.wire.rest import IMAGES, Args
from hubbub.wire.rest import Operation as Op


def _register(a: Args) -> c.Command:
    b = of(a.body, s.RegisterIn)
    return c.Register(b.username, b.password, b.email, b.display_name, a.label)


def _login(a: Args) -> c.Command:
    b = of(a.body, s.LoginIn)
    return c.SignIn(b.login, b.password, a.label)


def _refresh(a: Args) -> c.Command:
    b = of(a.body, s.RefreshIn)
    return c.Refresh(b.refresh_token, nonce=b.nonce)


def _password(a: Args) -> c.Command:
    b = of(a.body, s.PasswordIn)
    return c.ChangePassword(b.old_password, b.new_password)


def _claim(a: Args) -> c.Command:
    b = of(a.body, s.ClaimIn)
    return c.ClaimAdmin(b.token)


def _profile(a: Args) -> c.Command:
    b = of(a.body, s.ProfileIn)
    return c.UpdateProfile(b.display_name)


def _set_avatar(a: Args) -> c.Command:
    return c.SetUserImage(of(a.body, bytes))


def _search(a: Args) -> c.Command:
    q = of(a.query, qs.SearchQuery)
    return c.SearchUsers(q.q, q.limit, shown=True)


def _presence(a: Args) -> c.Command:
    q = of(a.query, qs.PresenceQuery)
    wanted = [part for part in q.user_ids.split(",") if part]
    return c.GetPresence(tuple(fields.user_id(part, "user_ids") for part in wanted))


def _user(found: m.User) -> object:
    return render.profile(m.Account(found, None, None))


def _online(found: dict[UserId, bool]) -> object:
    return {str(u): "online" if is_on else "offline" for u, is_on in found.items()}


OPERATIONS: Final = (
    Op("POST", "/auth/register", "Make an account and sign in.", _register, one(render.tokens), 201, "auth",
       body=s.RegisterIn, returns=s.Tokens, public=True, refuses=(Code.CONFLICT, Code.FORBIDDEN)),
    Op("POST", "/auth/login", "Sign in by user name or e-mail.", _login, one(render.tokens), 200, "auth",
       body=s.LoginIn, returns=s.Tokens, public=True, refuses=(Code.UNAUTHORIZED, Code.FORBIDDEN)),
    Op("POST", "/auth/refresh", "Change a refresh token for a new pair; each works once.", _refresh,
       one(render.tokens), 200, "auth", body=s.RefreshIn, returns=s.Tokens, public=True,
       refuses=(Code.UNAUTHORIZED,)),
    Op("POST", "/auth/logout", "End this device's session.", lambda _: c.SignOut(), nothing, 204,
       "auth", refuses=(Code.FORBIDDEN,)),
    Op("POST", "/auth/password", "Change the password; all other devices are signed out.", _password,
       nothing, 204, "auth", body=s.PasswordIn, refuses=(Code.FORBIDDEN,)),
    Op("GET", "/auth/sessions", "One's signed-in devices.", lambda _: c.ListLogins(), each(render.session), 200,
       "auth", returns=list[s.Session]),
    Op("DELETE", "/auth/sessions", "Sign out all other devices.", lambda _: c.RevokeLogin(None),
       nothing, 204, "auth", refuses=(Code.FORBIDDEN,)),
    Op("DELETE", "/auth/sessions/{session_id}", "Sign out one device.",
       lambda a: c.RevokeLogin(fields.login_id(a.path["session_id"])), nothing, 204, "auth",
       refuses=(Code.NOT_FOUND, Code.FORBIDDEN)),
    Op("POST", "/auth/claim-admin", "Become the first administrator with the printed token.", _claim,
       one(_user), 200, "auth", body=s.ClaimIn, returns=s.Profile, refuses=(Code.CONFLICT, Code.FORBIDDEN)),
    Op("GET", "/users/@me", "Oneself.", lambda _: c.GetUser(None), one(render.profile), 200, "users",
       returns=s.Profile),
    Op("PATCH", "/users/@me", "Change one's profile.", _profile, one(render.profile), 200, "users",
       body=s.ProfileIn, returns=s.Profile),
    Op("GET", "/users/{user_id}", "A person.", lambda a: c.GetUser(person(a)), one(render.profile), 200, "users",
       returns=s.Profile, refuses=(Code.NOT_FOUND,)),
    Op("PUT", "/users/@me/avatar", "A picture of oneself: the bytes of a PNG, JPEG, GIF or WebP.", _set_avatar,
       one(render.user), 200, "users", returns=s.User, images=True, refuses=(Code.FORBIDDEN,)),
    Op("DELETE", "/users/@me/avatar", "No picture of oneself any more.", lambda _: c.DropUserImage(), nothing, 204,
       "users", refuses=(Code.FORBIDDEN,)),
    Op("GET", "/users/{user_id}/avatar", "A person's picture.", lambda a: c.GetUserImage(person(a)), nothing, 200,
       "users", query=qs.AvatarQuery, media_type=IMAGES, refuses=(Code.NOT_FOUND, Code.FORBIDDEN)),
    Op("GET", "/users", "People whose user name or display name starts with `q`.", _search, each(render.user), 200, "users",
       query=qs.SearchQuery, returns=list[s.User]),
    Op("GET", "/presence", "Who of these is online.", _presence, one(_online), 200, "users",
       query=qs.PresenceQuery, returns=dict[str, str]),
)  # fmt: skip
