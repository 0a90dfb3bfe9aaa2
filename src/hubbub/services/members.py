"""People in channels: joining, approving, promoting, leaving, kicking, banning."""

from collections.abc import Sequence

import msgspec

from hubbub.model.commands import AddMember, Caller, ListMembers, RemoveMember
from hubbub.model.entities import GroupRole, Kind, Member, Status, User
from hubbub.model.errors import NO_ADDING, conflict, forbidden, invalid, not_found
from hubbub.model.events import (
    ChannelCreated,
    MemberJoined,
    MemberLeft,
    MemberUpdated,
    Publication,
)
from hubbub.model.ids import SYSTEM, ChannelId, UserId
from hubbub.model.limits import DETAIL_MEMBERS, GROUP_MEMBERS, MEMBERS_PAGE
from hubbub.model.permissions import is_active, may_manage, may_moderate, rank
from hubbub.model.topics import channel_topic, user_topic
from hubbub.ports.clock import Clock
from hubbub.ports.store import Store, Transaction, settled
from hubbub.services.directory import Directory, Room
from hubbub.services.visibility import is_strange, rank_in, require_known, require_visible

Result = tuple[Member, User | None]  # no user: nothing had to change
Added = tuple[Member, User | None, Sequence[User]]  # with who is in the group


class Members:
    """Every decision here is made as its transaction forms, from exactly what is committed."""

    def __init__(self, store: Store, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock

    async def list_all(self, caller: Caller, command: ListMembers) -> list[tuple[Member, User]]:
        """Active ones; the pending and the banned are for admins."""
        room = await self._directory.room(command.channel_id)
        require_visible(room, caller)
        if room.server is not None:
            raise forbidden("Ask for the members of the server.")
        if room.channel.kind is Kind.LOBBY and command.status is Status.ACTIVE:
            raise forbidden("Everybody is in the lobby; search for people instead.")
        if command.status is not Status.ACTIVE and rank_in(room, caller) < 2:
            raise forbidden("Only admins may see who is waiting or banned.")
        if not 1 <= command.limit <= MEMBERS_PAGE:
            raise invalid("limit", f"it must be 1 to {MEMBERS_PAGE}")
        found = await self._store.read(self._store.channels.list_members(command))
        require_visible(room, caller)  # a kick during the read must win
        return found

    async def add(self, caller: Caller, command: AddMember) -> Member:
        """Join, add, approve, promote or demote."""
        await self._directory.room(command.channel_id)

        def prepare() -> Transaction[Added]:
            room = self._room(command.channel_id)
            member = self._wanted(room, caller, command)
            if _is_everybodys(room) or member == room.members.get(command.user_id):
                return settled((member, None, ()))
            return self._put(member)

        member, _, _ = await self._store.write(prepare, self._announce_added, barrier=True)
        return member

    def _put(self, member: Member) -> Transaction[Added]:
        tables = self._store.channels
        member, user = yield from tables.put_member(member)
        people = yield from tables.some_people(member.channel_id, DETAIL_MEMBERS)
        return member, user, people

    async def remove(self, caller: Caller, command: RemoveMember) -> None:
        """Leave, withdraw, kick, reject, ban, or lift a ban."""
        require_known(await self._directory.room(command.channel_id), caller)
        target = await self._store.read(self._store.accounts.get_user(command.user_id))
        if target is None or target.id == SYSTEM:
            raise not_found("user")

        def prepare() -> Transaction[Result]:
            room = self._room(command.channel_id)
            member = self._without(room, caller, target, ban=command.ban)
            if member == room.members.get(target.id):
                return settled((member, None))
            return self._store.channels.put_member(member)

        await self._store.write(
            prepare, lambda result: self._announce_removed(result, caller), barrier=True
        )

    def _room(self, channel_id: ChannelId) -> Room:
        room = self._directory.known(channel_id)
        if room is None:
            raise not_found("channel")
        return room

    # -- coming -------------------------------------------------------------------------------------

    def _wanted(self, room: Room, caller: Caller, command: AddMember) -> Member:
        """The row as it should be."""
        if command.user_id == caller.user_id:
            return self._joining(room, caller)
        require_visible(room, caller)
        if room.server is not None:
            raise forbidden(
                "People come into the server, not into its channels; invite them there."
            )
        if not may_manage(room.channel, room.members.get(caller.user_id)):
            raise forbidden("Only admins of the group may add people.")
        known = room.members.get(command.user_id)
        if known is None and caller.known.is_guest:
            raise forbidden(NO_ADDING)
        if known is not None and known.status is Status.BANNED:
            raise conflict("This person is banned; lift the ban first.")
        if command.user_id == SYSTEM:
            raise not_found("user")
        if command.role is not None and rank_in(room, caller) < 3:
            raise forbidden("Only the owner may change roles.")
        member = known or self._newcomer(room, command.user_id)
        role = command.role or member.role
        return msgspec.structs.replace(member, role=role, status=Status.ACTIVE)

    def _joining(self, room: Room, caller: Caller) -> Member:
        user_id = caller.user_id
        known = room.members.get(user_id)
        if _is_everybodys(room):
            require_visible(room, caller)
            return self._newcomer(room, user_id)
        if known is not None and known.status is Status.BANNED:
            raise not_found("channel")
        if known is not None:
            return known
        if room.channel.kind is Kind.DIRECT or is_strange(room, caller):
            raise not_found("channel")
        status = Status.PENDING if room.channel.private else Status.ACTIVE
        return msgspec.structs.replace(self._newcomer(room, user_id), status=status)

    def _newcomer(self, room: Room, user_id: UserId) -> Member:
        if len(room.members) >= GROUP_MEMBERS:
            raise conflict(f"The group has {GROUP_MEMBERS} members; that is the most.")
        now = self._clock.now_ms()
        return Member(room.channel.id, user_id, GroupRole.MEMBER, Status.ACTIVE, 0, now)

    def _announce_added(self, result: Added) -> Sequence[Publication]:
        member, user, people = result
        if user is None:
            return ()
        room = self._directory.known(member.channel_id)
        if member.status is Status.PENDING:
            return self._to_admins(room, member, user)
        known = room.members.get(user.id) if room is not None else None
        if known is not None and known.status is Status.ACTIVE:
            return (_in_channel(MemberUpdated(member.channel_id, member.version, member, user)),)
        return self._welcome(room, member, user, people)

    def _welcome(
        self, room: Room | None, member: Member, user: User, people: Sequence[User]
    ) -> Sequence[Publication]:
        joined = _joined(room, member, user)
        if room is None:
            return (joined,)
        channel = msgspec.structs.replace(room.channel, version=member.version)
        made = ChannelCreated(member.channel_id, member.version, channel, tuple(people))
        return Publication(user_topic(user.id), made), joined

    def _to_admins(self, room: Room | None, member: Member, user: User) -> Sequence[Publication]:
        """Who asks to be let in is the business of those who decide, and of who asked."""
        event = MemberUpdated(member.channel_id, member.version, member, user)
        known = room.members.get(user.id) if room is not None else None
        asked = Status.PENDING in (member.status, known and known.status)
        told = {user.id} if asked else set()
        if room is not None:
            told |= {u for u, m in room.members.items() if may_manage(room.channel, m)}
        return [Publication(user_topic(u), event) for u in sorted(told)]

    # -- going --------------------------------------------------------------------------------------

    def _without(self, room: Room, caller: Caller, target: User, *, ban: bool) -> Member:
        """The row as it should be."""
        require_known(room, caller)
        if room.server is not None:
            raise forbidden("People leave the server, not its channels; remove them there.")
        if target.id == caller.user_id:
            return self._leaving(room, caller)
        if room.channel.kind is Kind.DIRECT:
            raise forbidden("Nobody can be removed from a direct channel.")
        require_visible(room, caller)
        known = room.members.get(target.id)
        its_rank = rank(room.channel, known, server_admin=target.is_admin)
        if not may_moderate(rank_in(room, caller), its_rank):
            raise forbidden("You may only remove people whose role is below yours.")
        return self._removed(room, known, target.id, ban=ban)

    def _removed(self, room: Room, known: Member | None, user_id: UserId, *, ban: bool) -> Member:
        is_lobby = room.channel.kind is Kind.LOBBY
        if ban:
            status = Status.BANNED
        elif known is None:
            if is_lobby:
                raise conflict("Everybody is in the lobby; ban people instead.")
            raise not_found("member")
        else:
            status = Status.ACTIVE if is_lobby else Status.LEFT
        member = known or self._newcomer(room, user_id)
        return msgspec.structs.replace(member, role=GroupRole.MEMBER, status=status)

    def _leaving(self, room: Room, caller: Caller) -> Member:
        if room.channel.kind is not Kind.GROUP:
            raise forbidden("Only groups can be left.")
        member = room.members.get(caller.user_id)
        if member is None:
            raise not_found("member")
        if room.channel.owner_id == caller.user_id:
            raise conflict("Hand the group over to somebody or delete it first.")
        return msgspec.structs.replace(member, role=GroupRole.MEMBER, status=Status.LEFT)

    def _announce_removed(self, result: Result, caller: Caller) -> Sequence[Publication]:
        member, user = result
        if user is None:
            return ()
        room = self._directory.known(member.channel_id)
        if member.status is Status.ACTIVE:  # a ban from the lobby was lifted
            return (_joined(room, member, user),)
        if room is not None and not is_active(room.channel, room.members.get(user.id)):
            # A request, a ban of somebody who is not there: only those who decide ever heard of it.
            return self._to_admins(room, member, user)
        by = caller.user_id
        return (_in_channel(MemberLeft(member.channel_id, member.version, member, user, by)),)


def _is_everybodys(room: Room) -> bool:
    """Whether there is nothing to join: everybody is in the lobby, and a server's members in its channels."""
    return room.channel.kind in (Kind.LOBBY, Kind.TEXT)


def _joined(room: Room | None, member: Member, user: User) -> Publication:
    kind = Kind.GROUP if room is None else room.channel.kind
    return _in_channel(MemberJoined(member.channel_id, member.version, member, user, kind))


def _in_channel(event: MemberJoined | MemberLeft | MemberUpdated) -> Publication:
    return Publication(channel_topic(event.channel_id), event)
