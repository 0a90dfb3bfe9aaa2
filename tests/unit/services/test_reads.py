"""What waits for a person, in its order."""

import pytest

from hubbub.model.entities import GroupRole, Member, Message, Status, User
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.services.reads import _shares, in_order

ANN = User(UserId(1), "ann", "Ann", 0)


def _message(channel: int, seq: int, number: int) -> Message:
    return Message(MessageId(number), ChannelId(channel), seq, seq, ANN, "hi", 0)


def test_a_channel_keeps_its_own_order_whatever_ids_say() -> None:
    """Two nodes whose clocks differ number what they commit to one channel."""
    ours, theirs = _message(1, 1, 900), _message(1, 2, 300)
    between, last = _message(2, 1, 500), _message(1, 3, 950)
    assert in_order([last, between, theirs, ours]) == [between, ours, theirs, last]


@pytest.mark.parametrize(
    ("behind", "shares"),
    [
        ([], []),
        ([3], [3]),
        ([5000], [1000]),
        ([5000, 1], [1, 999]),
        ([5000, 400, 5000], [333, 333, 334]),
        ([2] * 500, [2] * 500),
        ([9000] * 1200, [1] * 1000),
    ],
)
def test_what_is_read_of_each_channel_is_a_fair_share_of_a_bound(
    behind: list[int], shares: list[int]
) -> None:
    member = Member(ChannelId(1), ANN.id, GroupRole.MEMBER, Status.ACTIVE, 0, 0)
    given = [share for share, _ in _shares([(count, member) for count in behind], 1000)]
    assert given == shares
