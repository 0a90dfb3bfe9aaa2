"""A server with one person in every role, and another that has nothing to do with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from security.server_matrix import CAST
from support.rest import Person, sign_up

MODERATES = ["MANAGE_MESSAGES", "KICK_MEMBERS", "BAN_MEMBERS", "MANAGE_ROLES"]
UNKNOWN = "4503599627370495"


@dataclass
class Guild:
    """`ids` are of what is in it, by the names that stand in paths and bodies; `target` is an ordinary member
    nobody acts as."""

    cast: dict[str, Person]
    target: Person
    ids: dict[str, str]


class Guilds:
    """The same people in ever new servers."""

    def __init__(self, url: str) -> None:
        self.cast = {role: sign_up(url) for role in CAST}
        self.target = sign_up(url)
        self.bots = {
            role: person.ok("POST", "/bots", {"username": f"b{person.name}"})["user"]["id"]
            for role, person in self.cast.items()
        }

    @contextmanager
    def guild(self) -> Iterator[Guild]:
        """Deleted afterwards, unless it is gone: nobody may own many."""
        guild = self.make()
        try:
            yield guild
        finally:
            for person in (guild.cast["owner"], guild.target):
                person.call("DELETE", f"/servers/{guild.ids['server_id']}")

    def make(self) -> Guild:
        """A whole one."""
        owner = self.cast["owner"]
        made = owner.ok("POST", "/servers", {"name": "guild", "first_channel": "hall"})
        server, path = made["id"], f"/servers/{made['id']}"
        ids = {"server_id": server, "channel_id": made["channels"][0]["id"]}
        ids["code"] = owner.ok("POST", f"{path}/invites")["code"]
        for person in (*self._insiders(), self.cast["banned"]):
            person.ok("POST", f"/invites/{ids['code']}")
        ids |= self._roles(owner, path) | self._contents(owner, path, ids["channel_id"])
        hide = {"kind": "member", "deny": ["VIEW_CHANNEL"]}
        owner.ok("PUT", f"/channels/{ids['channel_id']}/overrides/{self.cast['blind'].id}", hide)
        owner.ok("PUT", f"{path}/bans/{self.cast['banned'].id}")
        ids |= {"user_id": self.target.id, "banned_id": self.cast["banned"].id}
        return Guild(self.cast, self.target, ids | {"blind_id": self.cast["blind"].id})

    def _insiders(self) -> list[Person]:
        names = ("admin", "moderator", "member", "blind")
        return [*(self.cast[name] for name in names), self.target]

    def _roles(self, owner: Person, path: str) -> dict[str, str]:
        """A new role stands below those that are there."""
        found = {}
        for name, granted in (("admin", ["ADMINISTRATOR"]), ("moderator", MODERATES), ("low", [])):
            body = {"name": name, "permissions": granted}
            found[name] = owner.ok("POST", f"{path}/roles", body)["id"]
            if name in self.cast:
                member = f"{path}/members/{self.cast[name].id}"
                owner.ok("PATCH", member, {"role_ids": [found[name]]})
        return {"role_id": found["low"], "admin_role_id": found["admin"]}

    def _contents(self, owner: Person, path: str, channel: str) -> dict[str, str]:
        webhook = owner.ok("POST", f"/channels/{channel}/webhooks", {"name": "hook"})
        return {
            "message_id": owner.send(channel, "the owner's")["id"],
            "category_id": owner.ok("POST", f"{path}/categories", {"name": "c"})["id"],
            "webhook_id": webhook["id"],
            "webhook_token": webhook["token"],
        }


def fill(value: Any, names: dict[str, str]) -> Any:
    """A path or a body with the names in it filled in."""
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, names) for key, item in value.items()}
    return value
