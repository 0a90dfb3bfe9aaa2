"""What servers should be: plain dicts and sets of words, and Discord's rules as a reader would say them."""

from dataclasses import dataclass, field

from hubbub.model.permissions import EVERYONE, NAMES, names_of

ALL = set(NAMES)
Words = frozenset[str]


@dataclass
class Said:
    """A message."""

    author: str
    content: str
    message_id: str
    is_recalled: bool = False


@dataclass
class Place:
    """A channel. `overrides`: target → what is allowed, what is denied."""

    name: str
    category: str | None = None
    overrides: dict[str, tuple[Words, Words]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)


@dataclass
class Community:
    """A server. `roles`: id → permissions; `people`: id → their roles."""

    owner: str
    everyone: str
    roles: dict[str, Words]
    people: dict[str, set[str]]
    name: str = ""
    banned: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)

    def may(self, person: str) -> set[str]:
        """In the whole server."""
        if person not in self.people:
            return set()
        granted = set(self.roles[self.everyone])
        for role in self.people[person]:
            granted |= self.roles[role]
        return ALL if person == self.owner or "ADMINISTRATOR" in granted else granted

    def may_in(self, person: str, place: Place) -> set[str]:
        """In a channel."""
        granted = set(self.may(person))
        if "ADMINISTRATOR" in granted or person not in self.people:
            return granted
        for layer in ([self.everyone], sorted(self.people[person]), [person]):
            found = [place.overrides[target] for target in layer if target in place.overrides]
            for _, denied in found:
                granted -= denied
            for allowed, _ in found:
                granted |= allowed
        return granted if "VIEW_CHANNEL" in granted else set()

    def seen(self, person: str) -> set[str]:
        return {c for c, p in self.places.items() if "VIEW_CHANNEL" in self.may_in(person, p)}

    def drop_role(self, role: str) -> None:
        del self.roles[role]
        for roles in self.people.values():
            roles.discard(role)
        for place in self.places.values():
            place.overrides.pop(role, None)


def words(bits: int) -> Words:
    return frozenset(names_of(bits))


AT_FIRST = words(EVERYONE)
