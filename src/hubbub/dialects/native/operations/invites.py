"""Ways into a server."""

from collections.abc import Callable
from typing import Final

from hubbub.dialects.native import server_render as sr
from hubbub.dialects.native import server_structs as ss
from hubbub.dialects.native.operations.common import SERVER, UNKNOWN, each, nothing, of, one, server
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code
from hubbub.wire.rest import Args
from hubbub.wire.rest import Operation as Op

_INVITES: Final = SERVER + "/invites"
_INVITE: Final = "/invites/{code}"
_CODE_CHARS: Final = 64  # longer than any


def _create(a: Args, now: int) -> c.Command:
    b = of(a.body or ss.InviteIn(), ss.InviteIn)
    expires_at = None if b.expires_in is None else now + b.expires_in * 1000
    return sc.CreateInvite(server(a), expires_at, b.max_uses)


def _code(a: Args) -> str:
    return a.path["code"][:_CODE_CHARS]


def operations(now: Callable[[], int]) -> tuple[Op, ...]:
    """The table; `now` in milliseconds since 1970."""
    return (
        Op("POST", _INVITES, "Make an invite.", lambda a: _create(a, now()), one(sr.invite), 201,
           "invites", body=ss.InviteIn, body_optional=True, returns=ss.Invite,
           refuses=(*UNKNOWN, Code.CONFLICT)),
        Op("GET", _INVITES, "All invites, or one's own.", lambda a: sc.ListInvites(server(a)),
           each(sr.invite), 200, "invites", returns=list[ss.Invite], refuses=UNKNOWN),
        Op("GET", _INVITE, "What an invite leads to.", lambda a: sc.GetInvite(_code(a)),
           one(sr.preview), 200, "invites", returns=ss.InvitePreview, refuses=UNKNOWN),
        Op("POST", _INVITE, "Come in.", lambda a: sc.AcceptInvite(_code(a)), one(sr.view), 200,
           "invites", returns=ss.ServerView, refuses=(*UNKNOWN, Code.CONFLICT)),
        Op("DELETE", _INVITE, "Take an invite back.", lambda a: sc.RevokeInvite(_code(a)), nothing,
           204, "invites", refuses=UNKNOWN),
    )  # fmt: skip
