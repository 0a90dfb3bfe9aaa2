"""What may stand in the query of native's requests."""

from typing import Annotated

from msgspec import Meta

from hubbub.dialects.native.structs import Id, In, Limit, Moment
from hubbub.model import limits
from hubbub.model.entities import Status


class PageQuery(In, frozen=True, forbid_unknown_fields=True):
    """At most one cursor: the id of a message of this channel, or a time."""

    before: Id | None = None
    after: Id | None = None
    around: Id | None = None
    at: Moment | None = None
    limit: Limit = limits.PAGE_DEFAULT


class SearchQuery(In, frozen=True, forbid_unknown_fields=True):
    """`q` is the start of a user name or of a display name."""

    q: Annotated[str, Meta(max_length=limits.DISPLAY_NAME_CHARS)] = ""
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class GroupQuery(In, frozen=True, forbid_unknown_fields=True):
    """`q` is the start of a name."""

    q: Annotated[str, Meta(max_length=limits.CHANNEL_NAME_CHARS)] = ""


class MemberQuery(In, frozen=True, forbid_unknown_fields=True):
    """The pending and the banned are for admins. In the order in which they came; `after` is the last person of
    the page before."""

    status: Status = Status.ACTIVE
    after: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=limits.MEMBERS_PAGE)] = limits.MEMBERS_PAGE


class RemoveQuery(In, frozen=True, forbid_unknown_fields=True):
    """`ban=true` keeps the person out."""

    ban: bool = False


class PresenceQuery(In, frozen=True, forbid_unknown_fields=True):
    """Ids, separated by commas."""

    user_ids: Annotated[str, Meta(max_length=17 * limits.PRESENCE_IDS)]


class PeopleQuery(In, frozen=True, forbid_unknown_fields=True):
    """`q` is the start of a user name, or of an e-mail where it has an @. In the order of their names; `after` is the
    last person of the page before."""

    q: Annotated[str, Meta(max_length=limits.EMAIL_CHARS)] = ""
    after: Id | None = None
    limit: Limit = limits.PAGE_DEFAULT


class AvatarQuery(In, frozen=True, forbid_unknown_fields=True):
    """`v` is the `avatar` of the person: caches then take another picture for another one."""

    v: Annotated[str, Meta(max_length=16)] = ""
