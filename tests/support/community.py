"""Places to talk in, made over REST."""

from support.rest import Person


class Groups:
    """Of the first people, one each."""

    def __init__(self, people: list[Person], channels: int) -> None:
        self.channels = [person.group("storm") for person in people[:channels]]

    def enter(self, person: Person, channel: str) -> None:
        person.join(channel)

    def stir(self, count: int) -> None:
        """Nothing else happens in a group."""


class Community:
    """A server whose channels the storm goes through, and the way in."""

    def __init__(self, people: list[Person], channels: int) -> None:
        owner = people[0]
        made = owner.ok("POST", "/servers", {"name": "storm", "first_channel": ""})
        self.owner, self.path = owner, f"/servers/{made['id']}"
        self.everyone = str(made["everyone_role_id"])
        self.code = str(owner.ok("POST", f"{self.path}/invites", {})["code"])
        rows = [{"name": f"storm {n}"} for n in range(channels)]
        self.channels = [str(owner.ok("POST", f"{self.path}/channels", r)["id"]) for r in rows]
        self.members = {owner.name}

    def enter(self, person: Person, _channel: str) -> None:
        if person.name not in self.members:
            self.members.add(person.name)
            person.ok("POST", f"/invites/{self.code}")

    def stir(self, count: int) -> None:
        """Changes what memory remembers of permissions, without effect on who sees what."""
        made = self.owner.ok("POST", f"{self.path}/roles", {"name": f"role {count}"})
        role = f"{self.path}/roles/{made['id']}"
        self.owner.ok("PATCH", role, {"permissions": ["KICK_MEMBERS"]})
        override = {"kind": "role", "deny": ["ATTACH_FILES"]}
        path = f"/channels/{self.channels[0]}/overrides/{made['id']}"
        self.owner.ok("PUT", path, override)
        self.owner.ok("DELETE", role)
