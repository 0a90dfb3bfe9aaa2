"""A group with one person in every role."""

from dataclasses import dataclass

from support.rest import Person, sign_up

ROLES = ("owner", "admin", "member", "pending", "left", "stranger", "banned")


@dataclass
class Scene:
    """`message` is the owner's; `target` is an ordinary member nobody acts as."""

    cast: dict[str, Person]
    target: Person
    channel: str
    message: str

    @property
    def owner(self) -> Person:
        return self.cast["owner"]


class Company:
    """The same people in ever new groups: only groups are cheap to make."""

    def __init__(self, url: str) -> None:
        self.cast = {role: sign_up(url) for role in ROLES}
        self.target = sign_up(url)

    def scene(self, *, private: bool) -> Scene:
        owner = self.cast["owner"]
        channel = owner.group("scene", private=private)
        members = f"/channels/{channel}/members"
        for role in ("admin", "member", "left"):
            owner.ok("PUT", f"{members}/{self.cast[role].id}")
        owner.ok("PUT", f"{members}/{self.target.id}")
        owner.ok("PUT", f"{members}/{self.cast['admin'].id}", {"role": "admin"})
        self.cast["left"].ok("DELETE", f"{members}/@me")
        owner.ok("DELETE", f"{members}/{self.cast['banned'].id}", ban="true")
        if private:
            self.cast["pending"].join(channel)
        message = owner.send(channel, "the owner's")["id"]
        return Scene(self.cast, self.target, channel, message)
