"""Members of servers: nicknames, roles, leaving, kicking, banning; and that nobody reaches above themselves."""

import pytest

from fakes.town import Town
from hubbub.model.entities import User
from hubbub.model.errors import Code
from hubbub.model.ids import SYSTEM, RoleId
from hubbub.model.permissions import (
    ADMINISTRATOR,
    BAN_MEMBERS,
    KICK_MEMBERS,
    MANAGE_CHANNEL,
    MANAGE_ROLES,
    SEND_MESSAGES,
)
from hubbub.model.server_commands import (
    AcceptInvite,
    CreateInvite,
    GetInvite,
    GetServer,
    GetServerMember,
    ListAudit,
    ListBans,
    ListServerMembers,
    MoveRoles,
    RemoveServerMember,
    Unban,
    UpdateServerMember,
)
from hubbub.model.server_events import (
    ServerCreated,
    ServerMemberJoined,
    ServerMemberLeft,
    ServerMemberUpdated,
    ServerRemoved,
)
from hubbub.model.servers import Departure, Notify, Role
from hubbub.model.topics import server_topic, user_topic


class Crew:
    """A server with a high and a low role; the warden bears the high one, the guest none."""

    def __init__(self, town: Town) -> None:
        self.town = town

    async def build(self) -> "Crew":
        town = self.town
        self.ann = await town.person()
        view = await town.server(self.ann)
        self.id, self.everyone = view.server.id, view.server.everyone_role_id
        self.channel = view.channels[0].channel.id
        self.low = await town.role(self.ann, self.id, 0, "low")
        powers = MANAGE_ROLES | KICK_MEMBERS | BAN_MEMBERS
        self.high = await town.role(self.ann, self.id, powers, "high")
        self.top = await town.role(self.ann, self.id, 0, "top")
        self.warden = await town.newcomer(self.id, self.ann, self.high)
        self.guest = await town.newcomer(self.id, self.ann)
        await town.heard()
        return self

    def roles(self, user: User) -> tuple[RoleId, ...]:
        return self.town.state(self.id).members[user.id].role_ids

    def wear(self, user: User, *roles: Role) -> UpdateServerMember:
        return UpdateServerMember(self.id, user.id, role_ids=tuple(r.id for r in roles))

    def kick(self, user: User, *, ban: bool = False) -> RemoveServerMember:
        return RemoveServerMember(self.id, user.id, ban=ban, reason="rude")


@pytest.fixture
async def crew(town: Town) -> Crew:
    return await Crew(town).build()


# -- names and roles ----------------------------------------------------------------------------------


async def test_everybody_has_a_nickname_of_their_own(town: Town, crew: Crew) -> None:
    member, user = await town.do(
        crew.guest, UpdateServerMember(crew.id, crew.guest.id, nickname=" Gus ")
    )
    assert (member.nickname, user) == ("Gus", crew.guest)
    ((topic, event),) = [(p.topic, p.event) for p in await town.heard()]
    assert isinstance(event, ServerMemberUpdated)
    assert (topic, event.member, event.user) == (server_topic(crew.id), member, crew.guest)
    cleared, _ = await town.do(crew.guest, UpdateServerMember(crew.id, crew.guest.id, nickname=" "))
    assert cleared.nickname == ""
    too_long = UpdateServerMember(crew.id, crew.guest.id, nickname="x" * 33)
    assert (await town.refused(crew.guest, too_long, Code.INVALID)).field == "nickname"
    nothing = UpdateServerMember(crew.id, crew.guest.id)
    await town.refused(crew.guest, nothing, Code.INVALID)


async def test_nicknames_of_others_take_manage_roles_and_a_higher_role(
    town: Town, crew: Crew
) -> None:
    rename = UpdateServerMember(crew.id, crew.guest.id, nickname="Gus")
    other = await town.newcomer(crew.id, crew.ann)
    await town.forbidden(other, rename)
    await town.do(crew.warden, rename)
    equal = await town.newcomer(crew.id, crew.ann, crew.high)
    for above in (crew.ann, equal):
        await town.forbidden(crew.warden, UpdateServerMember(crew.id, above.id, nickname="Gus"))
    (note, *_) = [n for n in await town.do(crew.ann, ListAudit(crew.id)) if n.actor == crew.warden]
    assert (note.action, note.target_id, note.changes) == (
        "member.update",
        crew.guest.id,
        {"nickname": "Gus"},
    )


async def test_roles_are_given_and_taken_below_ones_own(town: Town, crew: Crew) -> None:
    member, _ = await town.do(crew.warden, crew.wear(crew.guest, crew.low))
    assert member.role_ids == crew.roles(crew.guest) == (crew.low.id,)
    for role in (crew.high, crew.top):
        await town.forbidden(crew.warden, crew.wear(crew.guest, crew.low, role))
        await town.forbidden(crew.warden, crew.wear(crew.warden, crew.high, crew.top))
    await town.do(crew.ann, crew.wear(crew.guest, crew.low, crew.top))
    # Now the guest stands above, and nothing of theirs can be touched.
    await town.forbidden(crew.warden, crew.wear(crew.guest, crew.top))
    await town.forbidden(crew.warden, crew.wear(crew.ann, crew.low))
    await town.do(crew.ann, crew.wear(crew.guest))
    (note, *_) = await town.do(crew.ann, ListAudit(crew.id))
    assert note.changes == {"role_ids": []}


async def test_nobody_gives_a_role_with_more_than_they_have(town: Town, crew: Crew) -> None:
    strong = await town.role(crew.ann, crew.id, MANAGE_CHANNEL, "strong")
    await town.do(crew.ann, MoveRoles(crew.id, ((strong.id, 1),)))
    for target in (crew.guest, crew.warden):
        held = (crew.high,) if target is crew.warden else ()
        found = await town.forbidden(crew.warden, crew.wear(target, *held, strong))
        assert "MANAGE_CHANNEL" in found.message
    await town.do(crew.ann, crew.wear(crew.guest, strong))
    # Taking it from others is no gain.
    await town.do(crew.warden, crew.wear(crew.guest))


async def test_nobody_gives_a_role_to_which_a_channel_gives_more_than_they_have(
    town: Town, crew: Crew
) -> None:
    await town.override(crew.ann, crew.channel, crew.everyone, deny=SEND_MESSAGES)
    await town.override(crew.ann, crew.channel, crew.low.id, allow=SEND_MESSAGES)
    for target in (crew.guest, crew.warden):
        held = (crew.high,) if target is crew.warden else ()
        await town.forbidden(crew.warden, crew.wear(target, *held, crew.low))
    await town.override(crew.ann, crew.channel, crew.high.id, allow=SEND_MESSAGES)
    await town.do(crew.warden, crew.wear(crew.guest, crew.low))


async def test_nobody_drops_a_role_that_denies_them_something(town: Town, crew: Crew) -> None:
    await town.override(crew.ann, crew.channel, crew.low.id, deny=SEND_MESSAGES)
    await town.do(crew.ann, crew.wear(crew.warden, crew.high, crew.low))
    await town.forbidden(crew.warden, crew.wear(crew.warden, crew.high))
    await town.do(crew.ann, crew.wear(crew.guest, crew.low))
    await town.do(crew.warden, crew.wear(crew.guest))


async def test_administrators_give_everything_below_them(town: Town, crew: Crew) -> None:
    boss_role = await town.role(crew.ann, crew.id, ADMINISTRATOR, "boss")
    boss = await town.newcomer(crew.id, crew.ann, boss_role)
    await town.do(boss, crew.wear(crew.guest, crew.high, crew.top))
    await town.forbidden(boss, crew.wear(crew.guest, boss_role))
    await town.forbidden(boss, crew.wear(boss))


async def test_roles_that_are_none_are_refused(
    town: Town, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (await town.server(crew.ann)).server.everyone_role_id
    for role_id in (RoleId(7), other):
        wanted = UpdateServerMember(crew.id, crew.guest.id, role_ids=(role_id,))
        assert (await town.refused(crew.ann, wanted, Code.INVALID)).field == "role_ids"
    # Everybody bears everybody's role; it is never listed, and what is named twice is one.
    twice = (crew.low.id, crew.low.id, crew.everyone)
    member, _ = await town.do(crew.ann, UpdateServerMember(crew.id, crew.guest.id, role_ids=twice))
    assert member.role_ids == (crew.low.id,)
    monkeypatch.setattr("hubbub.services.server_members.MEMBER_ROLES", 1)
    await town.refused(crew.ann, crew.wear(crew.guest, crew.low, crew.top), Code.CONFLICT)


async def test_what_one_wants_to_be_told_of_is_ones_own_and_told_to_nobody(
    town: Town, crew: Crew
) -> None:
    quiet = UpdateServerMember(crew.id, crew.guest.id, notify=Notify.NOTHING)
    member, _ = await town.do(crew.guest, quiet)
    assert member.notify is Notify.NOTHING
    assert await town.heard() == []
    assert (await town.do(crew.guest, GetServer(crew.id))).member.notify is Notify.NOTHING
    await town.forbidden(crew.ann, quiet)
    # A change by somebody else keeps it, and shows it to nobody.
    changed, _ = await town.do(crew.ann, crew.wear(crew.guest, crew.low))
    (told,) = [p.event for p in await town.heard()]
    assert isinstance(told, ServerMemberUpdated)
    seen, _ = await town.do(crew.ann, GetServerMember(crew.id, crew.guest.id))
    page = await town.do(crew.ann, ListServerMembers(crew.id))
    listed = {member.user_id: member for member, _ in page}
    for found in (changed, told.member, seen, listed[crew.guest.id]):
        assert found.notify is Notify.ALL
    own, _ = await town.do(crew.guest, GetServerMember(crew.id, crew.guest.id))
    assert own.notify is Notify.NOTHING
    default = UpdateServerMember(crew.id, crew.guest.id, notify=Notify.DEFAULT)
    assert (await town.refused(crew.guest, default, Code.INVALID)).field == "notify"


async def test_members_are_listed_in_pages_for_members(town: Town, crew: Crew) -> None:
    first = await town.do(crew.guest, ListServerMembers(crew.id, limit=2))
    rest = await town.do(crew.guest, ListServerMembers(crew.id, after=first[-1][1].id))
    assert [u for _, u in (*first, *rest)] == [crew.ann, crew.warden, crew.guest]
    await town.refused(crew.guest, ListServerMembers(crew.id, limit=0), Code.INVALID)
    stranger = await town.person()
    for command in (
        ListServerMembers(crew.id),
        GetServerMember(crew.id, crew.ann.id),
        UpdateServerMember(crew.id, stranger.id, nickname="x"),
        RemoveServerMember(crew.id, stranger.id),
        ListBans(crew.id),
        Unban(crew.id, stranger.id),
    ):
        assert "server" in (await town.absent(stranger, command)).message
    nobody = GetServerMember(crew.id, stranger.id)
    assert "member" in (await town.absent(crew.ann, nobody)).message
    rename = UpdateServerMember(crew.id, stranger.id, nickname="x")
    assert "member" in (await town.absent(crew.ann, rename)).message


# -- going --------------------------------------------------------------------------------------------


async def test_members_leave_but_not_the_owner(town: Town, crew: Crew) -> None:
    await town.do(crew.guest, RemoveServerMember(crew.id, crew.guest.id))
    left, removed = await town.heard()
    assert isinstance(left.event, ServerMemberLeft)
    assert isinstance(removed.event, ServerRemoved)
    assert (left.topic, left.event.user, left.event.by, left.event.how) == (
        server_topic(crew.id),
        crew.guest,
        crew.guest.id,
        Departure.LEFT,
    )
    assert (removed.topic, removed.event.how) == (user_topic(crew.guest.id), Departure.LEFT)
    assert removed.event.version == left.event.version
    await town.absent(crew.guest, GetServer(crew.id))
    await town.refused(crew.ann, RemoveServerMember(crew.id, crew.ann.id), Code.CONFLICT)
    await town.forbidden(crew.warden, crew.kick(crew.warden, ban=True))


async def test_kicking_takes_its_permission_and_a_higher_role(town: Town, crew: Crew) -> None:
    equal = await town.newcomer(crew.id, crew.ann, crew.high)
    above = await town.newcomer(crew.id, crew.ann, crew.top)
    assert "KICK_MEMBERS" in (await town.forbidden(crew.guest, crew.kick(equal))).message
    for target in (crew.ann, equal, above):
        await town.forbidden(crew.warden, crew.kick(target))
        await town.forbidden(crew.warden, crew.kick(target, ban=True))
    await town.heard()
    await town.do(crew.warden, crew.kick(crew.guest))
    left, removed = await town.heard()
    assert isinstance(left.event, ServerMemberLeft)
    assert isinstance(removed.event, ServerRemoved)
    assert (left.event.by, left.event.how) == (crew.warden.id, Departure.KICKED)
    assert removed.event.how is Departure.KICKED
    (note, *_) = await town.do(crew.ann, ListAudit(crew.id))
    assert (note.action, note.target_id, note.reason) == ("member.kick", crew.guest.id, "rude")
    found = await town.absent(crew.warden, crew.kick(crew.guest))
    assert "member" in found.message
    invite = await town.do(crew.ann, CreateInvite(crew.id))
    await town.do(crew.guest, AcceptInvite(invite.code))
    assert crew.roles(crew.guest) == ()


async def test_who_is_banned_does_not_come_back_until_the_ban_is_lifted(
    town: Town, crew: Crew
) -> None:
    invite = await town.do(crew.ann, CreateInvite(crew.id))
    await town.forbidden(crew.guest, crew.kick(crew.warden, ban=True))
    await town.do(crew.warden, crew.kick(crew.guest, ban=True))
    left, removed = await town.heard()
    assert isinstance(left.event, ServerMemberLeft)
    assert left.event.how is Departure.BANNED
    assert removed.topic == user_topic(crew.guest.id)
    for command in (AcceptInvite(invite.code), GetInvite(invite.code)):
        assert "invite" in (await town.absent(crew.guest, command)).message
    await town.forbidden(await town.newcomer(crew.id, crew.ann), ListBans(crew.id))
    (ban,) = await town.do(crew.warden, ListBans(crew.id))
    assert (ban.user, ban.by, ban.reason) == (crew.guest, crew.warden.id, "rude")
    await town.heard()
    lift = Unban(crew.id, crew.guest.id, "sorry")
    await town.forbidden(await town.newcomer(crew.id, crew.ann), lift)
    await town.do(crew.warden, lift)
    await town.absent(crew.warden, lift)
    notes = await town.do(crew.ann, ListAudit(crew.id))
    told = [n.action for n in notes if n.target_id == crew.guest.id]
    assert told == ["member.unban", "member.ban"]
    await town.heard()
    view = await town.do(crew.guest, AcceptInvite(invite.code))
    made, came = await town.heard()
    assert made.event == ServerCreated(crew.id, view.server.version, view)
    assert isinstance(came.event, ServerMemberJoined)


async def test_who_is_no_member_can_be_banned_and_nobody_hears_of_it(
    town: Town, crew: Crew
) -> None:
    stranger = await town.person()
    invite = await town.do(crew.ann, CreateInvite(crew.id))
    await town.do(crew.warden, crew.kick(stranger, ban=True))
    await town.do(crew.warden, crew.kick(stranger, ban=True))
    assert await town.heard() == []
    await town.absent(stranger, AcceptInvite(invite.code))
    await town.absent(crew.warden, RemoveServerMember(crew.id, SYSTEM, ban=True))
    found = await town.absent(crew.warden, crew.kick(stranger))
    assert "member" in found.message
