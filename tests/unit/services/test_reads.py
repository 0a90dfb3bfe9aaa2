"""What waits for a person, in its order."""

from hubbub.model.entities import Message, User
from hubbub.model.ids import ChannelId, MessageId, UserId
from hubbub.services.reads import in_order

ANN = User(UserId(1), "ann", "Ann", 0)


def _message(channel: int, seq: int, number: int) -> Message:
    return Message(MessageId(number), ChannelId(channel), seq, seq, ANN, "hi", 0)


def test_a_channel_keeps_its_own_order_whatever_ids_say() -> None:
    """Two nodes whose clocks differ number what they commit to one channel."""
    ours, theirs = _message(1, 1, 900), _message(1, 2, 300)
    between, last = _message(2, 1, 500), _message(1, 3, 950)
    assert in_order([last, between, theirs, ours]) == [between, ours, theirs, last]
