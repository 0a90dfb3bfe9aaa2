"""Who may do what in a channel: pure functions over a channel and its members."""

from hubbub.model.entities import Channel, GroupRole, Kind, Member, Status


def is_active(channel: Channel, member: Member | None) -> bool:
    """Whether a person takes part. Everybody takes part in the lobby."""
    if channel.kind is Kind.LOBBY:
        return member is None or member.status is not Status.BANNED
    return member is not None and member.status is Status.ACTIVE


def may_see(channel: Channel, member: Member | None) -> bool:
    """Whether a person may know that the channel is there, its name and description."""
    if is_active(channel, member):
        return True
    if member is not None and member.status is Status.PENDING:
        return True
    banned = member is not None and member.status is Status.BANNED
    return channel.kind is Kind.GROUP and not channel.private and not banned


def rank(channel: Channel, member: Member | None, *, server_admin: bool = False) -> int:
    """0 no member, 1 member, 2 admin, 3 owner. Server administrators are admins of the lobby."""
    if channel.kind is Kind.LOBBY:
        return 2 if server_admin else 1
    if member is None or member.status is not Status.ACTIVE:
        return 0
    if channel.owner_id == member.user_id:
        return 3
    return 2 if member.role is GroupRole.ADMIN else 1


def may_manage(channel: Channel, member: Member | None) -> bool:
    """Rename, describe, open, close, let people in."""
    return channel.kind is Kind.GROUP and rank(channel, member) >= 2


def may_moderate(actor: int, target: int) -> bool:
    """Kick, ban: an admin may act on those below, never on equals."""
    return actor >= 2 and actor > target
