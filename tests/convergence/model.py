"""What should be: plain dicts, and the rules as a reader of docs/design.md would say them."""

from dataclasses import dataclass, field

_ASKED = {"friend", "outgoing", "blocked"}


@dataclass
class Said:
    """A message."""

    author: str
    content: str
    mentions: tuple[str, ...]
    message_id: str
    is_recalled: bool = False


@dataclass
class Group:
    """`people` are the active, with their rank: 1 member, 2 admin, 3 owner."""

    name: str
    private: bool
    people: dict[str, int] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    banned: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    nonces: dict[tuple[str, str], int] = field(default_factory=dict)

    def enter(self, person: str) -> None:
        """Who comes in starts at the end."""
        if person not in self.people:
            self.people[person] = 1
            self.read[person] = len(self.said)
        self.pending.discard(person)

    def remove(self, person: str) -> None:
        self.people.pop(person, None)
        self.pending.discard(person)

    def may_remove(self, actor: str, target: str) -> bool:
        rank = self.people.get(actor, 0)
        return rank >= 2 and rank > self.people.get(target, 0)

    def waiting(self, person: str) -> tuple[int, int]:
        """Unread and mentions."""
        after = [s for s in self.said[self.read[person] :] if not s.is_recalled]
        return sum(s.author != person for s in after), sum(person in s.mentions for s in after)

    def history(self) -> list[tuple[str, str, bool]]:
        return [(s.author, "" if s.is_recalled else s.content, s.is_recalled) for s in self.said]


@dataclass
class Bonds:
    """What people are to each other: `of[me, them]` is what they are to me."""

    of: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(self, me: str, them: str) -> bool:
        """Whether there was something to ask for."""
        if self.of.get((me, them)) in _ASKED:
            return False
        if self.of.get((them, me)) == "outgoing":
            self.of[me, them] = self.of[them, me] = "friend"
            return True
        self.of[me, them] = "outgoing"
        if (them, me) not in self.of:  # else they block me, and hear nothing
            self.of[them, me] = "incoming"
        return True

    def block(self, me: str, them: str) -> bool:
        """Twice changes nothing: also not what they have asked in between, of which I hear nothing."""
        if self.of.get((me, them)) != "blocked":
            self._lose(them, me)
            self.of[me, them] = "blocked"
        return True

    def end(self, me: str, them: str) -> bool:
        """Whether there was something to end."""
        mine = self.of.pop((me, them), None)
        if mine in ("friend", "outgoing", "incoming"):
            self._lose(them, me)
        return mine is not None

    def _lose(self, me: str, them: str) -> None:
        if self.of.get((me, them)) != "blocked":
            self.of.pop((me, them), None)

    def may_write(self, me: str, them: str) -> bool:
        return "blocked" not in (self.of.get((me, them)), self.of.get((them, me)))

    def mine(self, me: str) -> dict[str, str]:
        return {them: bond for (who, them), bond in self.of.items() if who == me}
