"""What anybody may know of the server, and what its administrators may do."""

from typing import Final

from msgspec import UNSET

from hubbub.dialects.native import admin_structs as s
from hubbub.dialects.native import queries as qs
from hubbub.dialects.native.operations.common import each, nothing, of, one, person
from hubbub.model import administration as ad
from hubbub.model import commands as c
from hubbub.model.errors import Code
from hubbub.model.times import rfc3339
from hubbub.wire import fields
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_PERSON: Final = "/admin/users/{user_id}"
_FORBIDDEN: Final = (Code.FORBIDDEN,)
_ON_SOMEBODY: Final = (Code.FORBIDDEN, Code.NOT_FOUND, Code.CONFLICT)


def _list(a: Args) -> c.Command:
    q = of(a.query, qs.PeopleQuery)
    after = None if q.after is None else fields.user_id(q.after, "after")
    return ad.ListPeople(q.q, after, q.limit)


def _update(a: Args) -> c.Command:
    b = of(a.body, s.PersonPatch)
    given = (None if x is UNSET else x for x in (b.admin, b.disabled, b.password))
    return ad.UpdatePerson(person(a), *given)  # type: ignore[arg-type]  # in the order of its fields


def _about(found: ad.About) -> object:
    registration = "open" if found.is_open else "closed"
    return s.About(found.name, found.version, registration, found.claimable)  # type: ignore[arg-type]  # one of the two


def _record(found: ad.Record) -> object:
    user = found.user
    return s.Person(
        str(user.id),
        user.username,
        user.display_name,
        rfc3339(user.created_at),
        user.is_admin,
        found.email,
        user.disabled,
        found.online,
        None if found.last_seen_at is None else rfc3339(found.last_seen_at),
        user.is_bot or UNSET,
        user.is_guest or UNSET,
        user.avatar or UNSET,
    )


def _figures(found: ad.Figures) -> object:
    counts, vitals = found.counts, found.vitals
    return s.Figures(
        counts.users,
        vitals.online,
        vitals.connections,
        counts.channels,
        counts.servers,
        counts.messages,
        vitals.commits,
        vitals.memory_bytes,
        found.uptime_seconds,
        rfc3339(found.started_at),
        found.version,
    )


def _setting(found: ad.Setting) -> object:
    return s.Setting(found.name, found.value, found.help, found.source or UNSET)  # type: ignore[arg-type]  # of what settings are made of


OPERATIONS: Final = (
    Op("GET", "/about", "What this server is called, and whether one can sign up.", lambda _: ad.GetAbout(),
       one(_about), 200, "about", returns=s.About, public=True),
    Op("GET", "/admin/users", "Everybody, in the order of their names.", _list, each(_record), 200, "admin",
       query=qs.PeopleQuery, returns=list[s.Person], refuses=_FORBIDDEN),
    Op("PATCH", _PERSON, "Make somebody an administrator or not, disable them or not, set their password.", _update,
       one(_record), 200, "admin", body=s.PersonPatch, returns=s.Person, refuses=_ON_SOMEBODY),
    Op("DELETE", _PERSON + "/sessions", "Sign somebody out everywhere.", lambda a: ad.SignOutPerson(person(a)),
       nothing, 204, "admin", refuses=_ON_SOMEBODY),
    Op("GET", "/admin/figures", "How much there is, and how the server is.", lambda _: ad.GetFigures(),
       one(_figures), 200, "admin", returns=s.Figures, refuses=_FORBIDDEN),
    Op("GET", "/admin/settings", "The settings in force, without secrets.", lambda _: ad.ListSettings(),
       each(_setting), 200, "admin", returns=list[s.Setting], refuses=_FORBIDDEN),
)  # fmt: skip
