"""What a dialect cannot do, and what it is not shown or shown in the nearest form that it has: one table, with reasons.

Whatever is not declared here must be there: an actor's verb, and an observer's own native form of what was done.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from grid.talkers import Action, Seen

Key = tuple[str, Action]  # dialect, action
Form = Callable[[Seen], Seen]


class Otherwise(NamedTuple):
    """What an observer gets instead; nothing, where there is no `form`."""

    reason: str
    form: Form | None = None


_NO_CHANGES: Final = "its protocol sends and reads; nothing that was said is changed"
_NO_READING: Final = "its protocol has no read state"
_ASKED_INTO: Final = (
    "its clients know the chats that they were asked into; nobody joins or leaves one"
)
_NO_GROUPS: Final = "its original has no groups: they are made, joined and left elsewhere"

CANNOT: Final[Mapping[Key, str]] = {
    ("channelchat", "edit"): _NO_CHANGES,
    ("channelchat", "recall"): _NO_CHANGES,
    ("channelchat", "react"): _NO_CHANGES,
    ("channelchat", "read"): _NO_READING,
    ("channelchat", "leave"): "its protocol joins a channel for good",
    ("mew", "join"): _NO_GROUPS,
    ("mew", "leave"): _NO_GROUPS,
    ("chatgroup", "edit"): _NO_CHANGES,
    ("chatgroup", "recall"): _NO_CHANGES,
    ("chatgroup", "react"): _NO_CHANGES,
    ("chatgroup", "join"): _ASKED_INTO,
    ("chatgroup", "leave"): _ASKED_INTO,
    ("mutiperson", "edit"): _NO_CHANGES,
    ("mutiperson", "recall"): _NO_CHANGES,
    ("mutiperson", "react"): _NO_CHANGES,
    ("mutiperson", "read"): "unread messages are counted by its clients alone",
    ("mutiperson", "leave"): "its protocol joins a block for good",
}
_FRAMES_OF_ITS_OWN: Final = "it has only messages and notices of the system for its clients"

SHOWN_OTHERWISE: Final[Mapping[Key, Otherwise]] = {
    ("channelchat", "react"): Otherwise("it has no reactions"),
    ("channelchat", "read"): Otherwise(_NO_READING),
    ("mew", "read"): Otherwise("its read state is one's own: no event tells others of it"),
    ("chatgroup", "react"): Otherwise("it has no reactions"),
    ("mutiperson", "edit"): Otherwise(_FRAMES_OF_ITS_OWN),
    ("mutiperson", "recall"): Otherwise(_FRAMES_OF_ITS_OWN),
    ("mutiperson", "react"): Otherwise(_FRAMES_OF_ITS_OWN),
    ("mutiperson", "read"): Otherwise("unread messages are counted by its clients alone"),
    ("mutiperson", "join"): Otherwise(_FRAMES_OF_ITS_OWN),
    ("mutiperson", "leave"): Otherwise(_FRAMES_OF_ITS_OWN),
}


def forms(dialect: str, seen: Seen) -> list[Seen]:
    """All that an observer must be shown of something that was done, and what must come no more than that."""
    otherwise = SHOWN_OTHERWISE.get((dialect, seen.action))
    if otherwise is None:
        return [seen]
    return [] if otherwise.form is None else [otherwise.form(seen)]
