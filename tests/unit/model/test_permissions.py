"""Who may do what: properties that hold for every channel and every member."""

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hubbub.model.entities import Channel, GroupRole, Kind, Member, Status
from hubbub.model.ids import ChannelId, UserId
from hubbub.model.permissions import is_active, may_manage, may_moderate, may_see, rank

OWNER = UserId(1)
channels = st.builds(
    Channel,
    id=st.just(ChannelId(9)),
    kind=st.sampled_from(Kind),
    name=st.just("n"),
    description=st.just(""),
    owner_id=st.sampled_from([None, OWNER]),
    private=st.booleans(),
    created_at=st.just(0),
)
members = st.builds(
    Member,
    channel_id=st.just(ChannelId(9)),
    user_id=st.sampled_from([OWNER, UserId(2), UserId(3)]),
    role=st.sampled_from(GroupRole),
    status=st.sampled_from(Status),
    version=st.just(1),
    joined_at=st.just(0),
)
ranks = st.integers(0, 3)


def _with(member: Member, status: Status) -> Member:
    return msgspec.structs.replace(member, status=status)


@given(channels, members)
def test_banned_people_are_never_active_nor_see_anything(channel: Channel, member: Member) -> None:
    banned = _with(member, Status.BANNED)
    assert not is_active(channel, banned)
    assert not may_see(channel, banned)
    assert not may_manage(channel, banned)


@given(channels, members)
def test_only_active_members_have_a_rank_outside_the_lobby(
    channel: Channel, member: Member
) -> None:
    if channel.kind is not Kind.LOBBY:
        assert (rank(channel, member) > 0) == is_active(channel, member)
        assert rank(channel, None) == 0


@given(channels, st.one_of(st.none(), members))
def test_who_takes_part_may_see(channel: Channel, member: Member | None) -> None:
    assert may_see(channel, member) or not is_active(channel, member)


@given(channels, st.one_of(st.none(), members))
def test_private_and_direct_channels_are_hidden_from_strangers(
    channel: Channel, member: Member | None
) -> None:
    hidden = channel.private or channel.kind is Kind.DIRECT
    stranger = member is None or member.status in (Status.LEFT, Status.BANNED)
    if hidden and stranger and channel.kind is not Kind.LOBBY:
        assert not may_see(channel, member)


@given(channels, members, members)
def test_rank_order_is_owner_admin_member(channel: Channel, one: Member, other: Member) -> None:
    if channel.kind is Kind.LOBBY:
        return
    one, other = _with(one, Status.ACTIVE), _with(other, Status.ACTIVE)
    if channel.owner_id == one.user_id:
        assert rank(channel, one) == 3
    elif one.role is GroupRole.ADMIN:
        assert rank(channel, one) == 2
        if channel.owner_id != other.user_id:
            assert rank(channel, one) >= rank(channel, other)
    else:
        assert rank(channel, one) == 1


@given(channels, members)
def test_the_lobby_has_no_owner_and_only_server_admins_moderate_it(
    channel: Channel, member: Member
) -> None:
    lobby = msgspec.structs.replace(channel, kind=Kind.LOBBY)
    assert rank(lobby, member) == 1
    assert rank(lobby, member, server_admin=True) == 2
    assert not may_manage(lobby, member)


@given(channels, st.one_of(st.none(), members))
def test_managing_takes_the_rank_of_an_admin_in_a_group(
    channel: Channel, member: Member | None
) -> None:
    if may_manage(channel, member):
        assert channel.kind is Kind.GROUP
        assert rank(channel, member) >= 2
        assert is_active(channel, member)


@given(channels, members)
def test_server_admins_have_no_rank_in_other_peoples_groups(
    channel: Channel, member: Member
) -> None:
    if channel.kind is not Kind.LOBBY:
        assert rank(channel, member, server_admin=True) == rank(channel, member)


@given(ranks, ranks)
def test_may_moderate_is_antisymmetric_and_never_of_equals(actor: int, target: int) -> None:
    assert not (may_moderate(actor, target) and may_moderate(target, actor))
    assert not may_moderate(actor, actor)


def test_may_moderate_is_transitive_and_ordinary_members_never_may() -> None:
    for a, b, c in itertools.product(range(4), repeat=3):
        if may_moderate(a, b) and may_moderate(b, c):
            assert may_moderate(a, c)
    assert not any(may_moderate(actor, target) for actor in (0, 1) for target in range(4))
