"""What there is in servers → wire Structs."""

import msgspec

from hubbub.dialects.native import render
from hubbub.dialects.native import server_structs as s
from hubbub.model import entities as m
from hubbub.model import servers as v
from hubbub.model.times import rfc3339


def server(found: v.Server) -> s.Server:
    """As all its members see it."""
    return s.Server(
        str(found.id),
        found.name,
        found.icon,
        str(found.owner_id),
        str(found.everyone_role_id),
        rfc3339(found.created_at),
        found.version,
    )


def view(found: v.ServerView) -> s.ServerView:
    """As one member finds it."""
    return s.ServerView(
        **msgspec.structs.asdict(server(found.server)),
        member=_self(found.member),
        roles=[role(x) for x in found.roles],
        categories=[category(x) for x in found.categories],
        channels=[render.view(x) for x in found.channels],
        member_count=found.member_count,
        permissions=render.permissions(found.permissions),
    )


def _self(found: v.ServerMember) -> s.Self:
    return s.Self(
        str(found.server_id),
        str(found.user_id),
        found.nickname,
        [str(i) for i in found.role_ids],
        rfc3339(found.joined_at),
        found.notify,
    )


def member(found: v.ServerMember, person: m.User) -> s.ServerMember:
    """Without what is theirs alone to know."""
    return s.ServerMember(
        str(found.server_id),
        render.user(person),
        found.nickname,
        [str(i) for i in found.role_ids],
        rfc3339(found.joined_at),
    )


def role(found: v.Role) -> s.Role:
    """With its permissions by name."""
    return s.Role(
        str(found.id),
        str(found.server_id),
        found.name,
        found.color,
        found.position,
        render.permissions(found.permissions),
    )


def category(found: v.Category) -> s.Category:
    """A heading."""
    return s.Category(str(found.id), str(found.server_id), found.name, found.position)


def detail(found: m.ChannelDetail) -> s.ChannelDetail:
    """A channel with its latest message."""
    latest = None if found.latest is None else render.message(found.latest)
    fields = *render.view_fields(found.view), latest
    return s.ChannelDetail(*fields)


def ban(found: v.Ban) -> s.Ban:
    """Who may not come back."""
    return s.Ban(
        str(found.server_id),
        render.user(found.user),
        str(found.by),
        found.reason,
        rfc3339(found.created_at),
    )


def invite(found: v.Invite) -> s.Invite:
    """A way in."""
    return s.Invite(
        found.code,
        str(found.server_id),
        str(found.creator_id),
        rfc3339(found.created_at),
        None if found.expires_at is None else rfc3339(found.expires_at),
        found.max_uses,
        found.uses,
    )


def preview(found: v.InvitePreview) -> s.InvitePreview:
    """What a way in leads to."""
    return s.InvitePreview(invite(found.invite), server(found.server), found.member_count)


def audit(found: v.AuditEntry) -> s.AuditEntry:
    """Who did what."""
    return s.AuditEntry(
        str(found.id),
        str(found.server_id),
        render.user(found.actor),
        found.action,
        str(found.target_id) if found.target_id else None,
        found.reason,
        rfc3339(found.created_at),
        found.changes,
    )


def webhook(found: v.Webhook) -> s.Webhook:
    """With its token, where that is new."""
    return s.Webhook(
        str(found.id),
        str(found.channel_id),
        str(found.server_id),
        found.name,
        found.avatar_url,
        str(found.creator_id),
        rfc3339(found.created_at),
        found.token,
    )


def bot(found: v.Bot) -> s.Bot:
    """With its token, where that is new."""
    return s.Bot(render.user(found.user), str(found.owner_id), found.token)
