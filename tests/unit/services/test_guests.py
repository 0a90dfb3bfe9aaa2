"""Guests: who is one, that nobody else is, and that nothing makes an account of them."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from fakes.town import Town
from fakes.world import refused
from hubbub.model.commands import (
    AddMember,
    Block,
    Caller,
    Connect,
    CreateGroup,
    EnterAsGuest,
    FindGroups,
    GetChannel,
    ListMembers,
    Refresh,
    Register,
    RemoveMember,
    SignIn,
    UpdateChannel,
)
from hubbub.model.entities import Account, ChannelView, GroupRole, Status, User
from hubbub.model.errors import NO_ADDING, NO_GUESTS, Code, Refused
from hubbub.model.events import ChannelUpdated
from hubbub.model.ids import MAX_ID, SYSTEM, ChannelId, UserId
from hubbub.model.server_commands import CreateBot, CreateInvite
from hubbub.ports.tokens import Claims
from hubbub.services.guests import Guests
from hubbub.services.rates import REGISTRATIONS

ADDRESS = "192.0.2.1"
FORMS = ("vera", "VERA", "\uff36era", "Ve\u200dra", "  vera ")


async def group(town: Town, owner: User, **more: object) -> ChannelId:
    view: ChannelView = await town.do(owner, CreateGroup("room", **more))  # type: ignore[arg-type]  # any fields
    return view.channel.id


# -- names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
async def test_a_name_is_one_guest_however_it_is_written(town: Town, form: str) -> None:
    vera = await town.guest("Vera")
    assert (vera.is_guest, vera.is_bot, vera.is_admin) == (True, False, False)
    assert await town.guest(form) == vera


async def test_two_who_enter_with_one_name_at_once_are_one_guest(town: Town) -> None:
    names = [FORMS[n % len(FORMS)] for n in range(20)]
    found = await asyncio.gather(*(town.guest(name) for name in names))
    assert len({user.id for user in found}) == 1


@pytest.mark.parametrize("form", FORMS)
async def test_a_guest_takes_the_name_of_nobody_else(town: Town, form: str) -> None:
    await town.do(None, Register("Vera", "correct horse", "vera@example.org"))
    await town.refused(None, EnterAsGuest(form), Code.CONFLICT)


async def test_a_guest_is_no_bot_no_system_and_no_e_mail(town: Town) -> None:
    ann = await town.person("ann")
    await town.do(ann, CreateBot("helper"))
    await town.do(None, Register("other", "correct horse", "vera@example.org"))
    for name in ("helper", "Helper", "system"):
        await town.refused(None, EnterAsGuest(name), Code.CONFLICT)
    for name in ("vera@example.org", "vera\uff20example.org", "", " ", "a\u202eb", "x" * 51):
        await town.refused(None, EnterAsGuest(name), Code.INVALID)


@pytest.mark.parametrize("form", FORMS)
async def test_nobody_registers_the_name_of_a_guest(town: Town, form: str) -> None:
    vera = await town.guest("Vera")
    await town.refused(None, Register(form, "correct horse"), Code.CONFLICT)
    similar = await town.do(None, Register(form, "correct horse", similar=True))
    assert similar.user.id != vera.id
    assert await town.guest("vera") == vera


# -- claims ---------------------------------------------------------------------------------------------


async def test_only_guests_are_believed_to_be_who_they_say(town: Town) -> None:
    vera, ann = await town.guest(), await town.person()
    bot = (await town.do(ann, CreateBot("helper"))).user
    guests = town.services.guests
    assert await guests.claim(ADDRESS, vera.id) == Caller(ADDRESS, vera, None, MAX_ID)
    answers = set()
    for nobody in (ann.id, bot.id, SYSTEM, UserId(404), UserId(-1)):
        found = await refused(guests.claim(ADDRESS, nobody))
        answers.add((found.code, found.message))
    assert len(answers) == 1
    assert answers.pop()[0] is Code.UNAUTHORIZED


async def test_who_claims_another_and_names_a_guest_comes_as_the_guest(town: Town) -> None:
    vera, ann = await town.guest("vera"), await town.person("ann")
    admit = town.services.guests.admit
    for connect in (
        Connect("", None, vera.id),
        Connect("", None, vera.id, "somebody else"),
        Connect("", None, UserId(404), "vera"),
        Connect("", None, None, "vera"),
    ):
        assert (await admit(ADDRESS, connect)).user_id == vera.id
    anns = Connect("", None, ann.id), Connect("", None, ann.id, "vera")
    for connect in (*anns, Connect("", None, None, "")):
        assert (await refused(admit(ADDRESS, connect))).code is Code.UNAUTHORIZED
    as_ann = await refused(admit(ADDRESS, Connect("", None, UserId(404), "ann")))
    assert as_ann.code is Code.CONFLICT


async def test_a_disabled_guest_comes_in_by_no_way(town: Town) -> None:
    vera = await town.guest("vera")
    # No command disables people yet; the rows say so already.
    await asyncio.to_thread(_disable, town.path, vera.id)
    assert (await refused(town.services.guests.claim(ADDRESS, vera.id))).code is Code.UNAUTHORIZED
    await town.refused(None, EnterAsGuest("vera"), Code.CONFLICT)


def _disable(path: Path, user_id: int) -> None:
    import apsw

    connection = apsw.Connection(str(path))
    connection.execute("update users set disabled = 1 where id = ?", (user_id,))
    connection.close()


async def test_where_guests_are_off_those_that_are_there_do_not_come_in(town: Town) -> None:
    vera = await town.guest("vera")
    closed = Guests(town.store, town.rates, town.clock, town.ids, is_open=False)
    for work in (
        closed.enter(Caller(ADDRESS), EnterAsGuest("vera")),
        closed.enter(Caller(ADDRESS), EnterAsGuest("new")),
        closed.claim(ADDRESS, vera.id),
        closed.admit(ADDRESS, Connect("", None, vera.id, "vera")),
    ):
        assert (await refused(work)).code is Code.FORBIDDEN
    await town.refused(None, Register("vera", "correct horse"), Code.CONFLICT)
    assert await town.store.read(town.store.accounts.get_account("new")) is None


async def test_one_address_makes_only_so_many_guests(tmp_path: Path) -> None:
    town = Town(tmp_path / "hubbub.db", rated=True)
    most = 2 * REGISTRATIONS.burst  # each turn takes 2 s, and one more comes in 5 s
    made = [made for n in range(most) if (made := await _enter(town, f"guest{n}"))]
    assert REGISTRATIONS.burst <= len(made) < most
    await town.store.close()


async def _enter(town: Town, name: str) -> User | None:
    """None beyond the rate of new accounts; sign-ins have a rate of their own."""
    town.clock.advance(2)
    try:
        return await town.guest(name)
    except Refused as refusal:
        if refusal.code is not Code.RATE_LIMITED:
            raise
        return None


# -- nothing makes an account of them -------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "vera", "None", "plain:None", "correct horse"])
async def test_no_password_signs_a_guest_in(town: Town, password: str) -> None:
    await town.guest("vera")
    found = await town.refused(None, SignIn("vera", password), Code.UNAUTHORIZED)
    nobody = await town.refused(None, SignIn("nobody", password), Code.UNAUTHORIZED)
    assert found.message == nobody.message


async def test_a_password_in_the_row_signs_a_guest_in_no_more(town: Town) -> None:
    vera = await town.guest("vera")
    change = town.store.accounts.set_password(vera.id, "plain:correct horse", None)
    await town.world.write(change)
    await town.refused(None, SignIn("vera", "correct horse"), Code.UNAUTHORIZED)


async def test_no_token_is_made_renewed_or_taken_for_a_guest(town: Town) -> None:
    vera = await town.guest()
    assert (await refused(town.logins.open(vera, ""))).code is Code.UNAUTHORIZED
    # As if one had come to be, signed with our key.
    login = await town.world.sign_in(vera, _hash("refresh"), used=town.clock.now_ms())
    token = town.tokens.issue(Claims(vera.id, login, town.clock.now_ms() + 10_000))
    assert (await refused(town.logins.authenticate(token, ADDRESS))).code is Code.UNAUTHORIZED
    await town.refused(None, Refresh("refresh"), Code.UNAUTHORIZED)


def _hash(secret: str) -> str:
    import hashlib

    return hashlib.sha256(secret.encode()).hexdigest()


async def test_the_same_login_of_an_account_is_taken(town: Town) -> None:
    """Otherwise the test above would prove nothing."""
    ann = await town.person()
    login = await town.world.sign_in(ann, _hash("refresh"), used=town.clock.now_ms())
    token = town.tokens.issue(Claims(ann.id, login, town.clock.now_ms() + 10_000))
    assert (await town.logins.authenticate(token, ADDRESS)).user == ann
    assert (await town.do(None, Refresh("refresh"))).user == ann


# -- groups ---------------------------------------------------------------------------------------------


async def test_a_group_of_an_account_admits_guests_when_it_says_so(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    closed, opened = await group(town, ann), await group(town, ann, guests=True)
    await town.absent(vera, AddMember(closed, vera.id))
    added = await town.forbidden(ann, AddMember(closed, vera.id))
    assert added.message == NO_GUESTS
    assert (await town.do(vera, AddMember(opened, vera.id))).status is Status.ACTIVE
    await town.do(ann, UpdateChannel(closed, guests=True))
    assert (await town.do(ann, AddMember(closed, vera.id))).status is Status.ACTIVE


async def test_a_group_that_is_made_with_a_guest_in_it_must_admit_them(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    people = (vera.id,)
    await town.forbidden(ann, CreateGroup("room", user_ids=people))
    assert await town.do(ann, CreateGroup("room", user_ids=people, guests=True))


async def test_guests_see_of_groups_only_those_that_admit_them(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    closed, opened = await group(town, ann), await group(town, ann, guests=True)
    assert [c.id for c in await town.do(vera, FindGroups(""))] == [opened]
    assert (await town.do(vera, GetChannel(opened))).channel.guests
    hidden = await town.absent(vera, GetChannel(closed))
    absent = await town.absent(vera, GetChannel(ChannelId(404)))
    assert str(hidden) == str(absent)


async def test_a_group_with_guests_in_it_goes_on_admitting_them(town: Town) -> None:
    ann, vera, gast = await town.person(), await town.guest(), await town.guest()
    there = await group(town, ann, guests=True, private=True)
    await town.do(vera, AddMember(there, vera.id))
    await town.refused(ann, UpdateChannel(there, guests=False), Code.CONFLICT)  # who asks counts
    await town.do(ann, AddMember(there, vera.id))
    await town.refused(ann, UpdateChannel(there, guests=False), Code.CONFLICT)
    await town.do(ann, RemoveMember(there, vera.id))
    await town.do(ann, RemoveMember(there, gast.id, ban=True))
    assert not (await town.do(ann, UpdateChannel(there, guests=False))).channel.guests
    await town.absent(vera, AddMember(there, vera.id))
    await town.do(ann, RemoveMember(there, gast.id))  # a ban is lifted, and lets nobody in
    await town.absent(gast, AddMember(there, gast.id))


async def test_guest_who_joins_as_the_group_closes_is_in_it_or_it_stays_open(town: Town) -> None:
    ann = await town.person()
    for turn in range(10):
        vera, there = await town.guest(), await group(town, ann, guests=True)
        both = [
            town.do(vera, AddMember(there, vera.id)),
            town.do(ann, UpdateChannel(there, guests=False)),
        ]
        joined, closed = await asyncio.gather(*both[:: 1 - 2 * (turn % 2)], return_exceptions=True)
        assert isinstance(joined, Refused) != isinstance(closed, Refused), (joined, closed)
        view = await town.do(ann, GetChannel(there))
        people = await town.do(ann, ListMembers(there))
        assert view.channel.guests == (vera.id in {user.id for _, user in people})


async def test_who_hears_of_a_group_hears_whether_it_admits_guests(town: Town) -> None:
    ann = await town.person()
    there = await group(town, ann)
    await town.heard()
    await town.do(ann, UpdateChannel(there, guests=True))
    told = [p.event for p in await town.heard()]
    assert [isinstance(e, ChannelUpdated) and e.channel.guests for e in told] == [True]


async def test_only_admins_of_a_group_and_nobody_of_another_channel_admit_guests(
    town: Town,
) -> None:
    ann, bob, vera = await town.person(), await town.person(), await town.guest()
    there = await group(town, ann, user_ids=(bob.id,))
    await town.forbidden(bob, UpdateChannel(there, guests=True))
    await town.forbidden(vera, UpdateChannel(there, guests=True))
    place = await town.server(ann)
    text = place.channels[0].channel.id
    await town.refused(ann, UpdateChannel(text, guests=True), Code.INVALID)
    await town.forbidden(ann, UpdateChannel(ChannelId(0), guests=True))


async def test_a_guest_makes_groups_that_admit_guests_and_puts_nobody_in(town: Town) -> None:
    vera, gast, ann = await town.guest(), await town.guest(), await town.person()
    there = await group(town, vera, private=True)
    assert (await town.do(vera, GetChannel(there))).channel.guests
    for other in (gast, ann):
        found = await town.forbidden(vera, AddMember(there, other.id))
        assert found.message == NO_ADDING
        await town.forbidden(vera, CreateGroup("with", user_ids=(other.id,)))
        assert (await town.do(other, AddMember(there, other.id))).status is Status.PENDING
        assert (await town.do(vera, AddMember(there, other.id))).status is Status.ACTIVE
    made = await town.do(vera, AddMember(there, gast.id, GroupRole.ADMIN))
    assert made.role is GroupRole.ADMIN
    await town.forbidden(vera, CreateGroup("closed", guests=False))


async def test_a_server_has_no_guests(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    place = await town.server(ann)
    text = place.channels[0].channel.id
    await town.absent(vera, GetChannel(text))
    await town.forbidden(ann, AddMember(text, vera.id))
    assert await town.do(ann, CreateInvite(place.server.id))
    assert vera.id not in town.state(place.server.id).members


async def test_blocks_are_for_guests_too(town: Town) -> None:
    ann, vera = await town.person(), await town.guest()
    await town.do(vera, Block(ann.id))
    await town.do(ann, Block(vera.id))


async def test_a_profile_says_who_is_a_guest(town: Town) -> None:
    vera = await town.guest()
    account = await town.store.read(town.store.accounts.get_account_by_id(vera.id))
    assert account == Account(vera, None, None)
    assert msgspec.structs.asdict(vera)["is_guest"]
