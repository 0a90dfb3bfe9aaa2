"""What a client asks about other people: friends, requests, blocks (services/relationships.py)."""

from hubbub.model.caller import Command
from hubbub.model.ids import UserId


class ListRelationships(Command, frozen=True):
    """The caller's friends, requests and blocks."""


class ListRequests(Command, frozen=True):
    """Who asks the caller to be friends."""


class RequestFriend(Command, frozen=True):
    """Ask to be friends, or accept what the other person has asked."""

    user_id: UserId


class AnswerFriend(Command, frozen=True):
    """Accept or reject a request."""

    request_id: int
    accept: bool


class RemoveFriend(Command, frozen=True):
    """End a friendship, withdraw an outgoing request, reject an incoming one."""

    user_id: UserId


class Block(Command, frozen=True):
    """Hear no more from a person; ends a friendship and all requests."""

    user_id: UserId


class Unblock(Command, frozen=True):
    """Take a block back."""

    user_id: UserId


class EndRelationship(Command, frozen=True):
    """`RemoveFriend` or `Unblock`, whichever it needs."""

    user_id: UserId
