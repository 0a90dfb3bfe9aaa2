"""A place in which every name and every text is an attack on whoever looks at it."""

import itertools
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.rest import Person, sign_up

CORPUS: Final[list[str]] = json.loads(
    (Path(__file__).parents[1] / "browser" / "xss.json").read_text()
)
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_tries = itertools.count()


def fits(vector: str, most: int) -> bool:
    """Whether the server takes it as a name of so many characters."""
    kinds = {unicodedata.category(c) for c in vector}
    is_line = kinds.isdisjoint(("Cc", "Cs", "Zl", "Zp")) and _TURNING.isdisjoint(vector)
    return len(vector) <= most and is_line and vector == vector.strip()


def names(most: int) -> list[str]:
    """The corpus, as far as it fits into a name."""
    return [vector for vector in CORPUS if fits(vector, most)]


NAMES: Final = names(100)
NICKNAMES: Final = names(32)
IMAGE: Final = "<img src=x onerror=window.xss=1>"


def attacker(url: str, display_name: str) -> Person:
    """Somebody whose user name is an attack, too; user names are nobody else's."""
    person = sign_up(url, f"{IMAGE}{next(_tries)}")
    person.ok("PATCH", "/users/@me", {"display_name": display_name})
    return person


@dataclass
class Place:
    """A server with a channel of it, a group of the victim's, and an invite to another server. `pages`: the routes of all pages
    where others' words stand, with some of them."""

    server: str
    channel: str
    group: str
    invite: str

    def pages(self) -> list[tuple[str, str]]:
        server, group = f"/s/{self.server}/settings", f"/c/{self.group}/settings"
        channel = f"/c/{self.channel}/settings"
        return [
            (f"/c/{self.channel}", NAMES[0]),
            (f"{server}/overview", NAMES[0]),
            (f"{server}/channels", NAMES[-1]),
            (f"{server}/roles", NAMES[9]),
            (f"{server}/members", NICKNAMES[0]),
            (f"{server}/invites", NAMES[0]),
            (f"{server}/bans", NAMES[3]),
            (f"{server}/webhooks", NAMES[5]),
            (f"{server}/audit", NAMES[2]),
            (f"{channel}/overview", NAMES[0]),
            (f"{channel}/permissions", NAMES[1]),
            (f"{channel}/webhooks", NAMES[5]),
            (f"{group}/overview", IMAGE),
            (f"{group}/requests", NAMES[0]),
            ("/people/friends", NAMES[1]),
            ("/people/requests", NAMES[2]),
            ("/settings/notifications", IMAGE),
            ("/admin/people", NAMES[0]),
            (f"/invite/{self.invite}", NAMES[4]),
        ]


def hostile_place(url: str, victim: Person) -> Place:
    """The victim is in it, and may see all its settings."""
    people = [attacker(url, name) for name in NAMES[:4]]
    owner = people[0]
    made = owner.ok("POST", "/servers", {"name": IMAGE, "first_channel": NAMES[0]})
    server = str(made["id"])
    # What the server does not take as an icon can't be shown to anybody.
    for icon in ("javascript:window.xss=1", "http://127.0.0.1:9/icon.png", IMAGE):
        owner.call("PATCH", f"/servers/{server}", {"icon": icon})
    channel = _channels(owner, server)
    code = str(owner.ok("POST", f"/servers/{server}/invites", {})["code"])
    for person in (*people[1:], victim):
        person.ok("POST", f"/invites/{code}")
    _roles(owner, server, channel, victim)
    _members(owner, server, people)
    _programs(owner, server, channel)
    other = owner.ok("POST", "/servers", {"name": NAMES[4]})["id"]
    invite = str(owner.ok("POST", f"/servers/{other}/invites", {})["code"])
    return Place(server, channel, _around(people, victim), invite)


def _channels(owner: Person, server: str) -> str:
    """Every line is a channel, every text a topic, some a category; the first channel's id."""
    path = f"/servers/{server}"
    rows = [owner.ok("POST", f"{path}/categories", {"name": name}) for name in NAMES[:6]]
    categories = itertools.cycle([row["id"] for row in rows])
    made = [
        owner.ok("POST", f"{path}/channels", {**row, "category_id": next(categories)})
        for row in ({"name": a, "description": b} for a, b in zip(NAMES, CORPUS, strict=False))
    ]
    return str(made[0]["id"])


def _roles(owner: Person, server: str, channel: str, victim: Person) -> None:
    path = f"/servers/{server}"
    bodies = [{"name": name, "color": 0xFFFFFF} for name in NAMES[:24]]
    roles = [owner.ok("POST", f"{path}/roles", body)["id"] for body in bodies]
    for role in roles[:4]:
        override = {"kind": "role", "allow": ["ADD_REACTIONS"]}
        owner.ok("PUT", f"/channels/{channel}/overrides/{role}", override)
    owner.ok("PATCH", f"{path}/roles/{roles[-1]}", {"permissions": ["ADMINISTRATOR"]})
    owner.ok("PATCH", f"{path}/roles", [{"role_id": roles[-1], "position": len(roles)}])
    body = {"role_ids": roles, "reason": CORPUS[2]}
    owner.ok("PATCH", f"{path}/members/{victim.id}", body)


def _members(owner: Person, server: str, people: list[Person]) -> None:
    """Nicknames, one who was kicked and one who was banned, with reasons."""
    path = f"/servers/{server}"
    owner.ok("PATCH", f"{path}/members/{people[1].id}", {"nickname": NICKNAMES[0]})
    for person in people[2:]:
        owner.ok("DELETE", f"{path}/members/{person.id}", {"reason": CORPUS[3]})
    owner.ok("PUT", f"{path}/bans/{people[3].id}", {"reason": CORPUS[4]})


def _programs(owner: Person, server: str, channel: str) -> None:
    picture = "https://tracker.example/a.svg"
    for name in NAMES[5:10]:
        hook = owner.ok(
            "POST", f"/channels/{channel}/webhooks", {"name": name, "avatar_url": picture}
        )
        body = {"content": name, "username": name[:80], "avatar_url": picture}
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        owner.ok("POST", path, body)
        owner.call("POST", path, {**body, "avatar_url": "javascript:window.xss=1"})
    name = f"<b>bot{next(_tries)}"
    bot = owner.ok("POST", "/bots", {"username": name, "display_name": NAMES[7]})
    owner.ok("PUT", f"/servers/{server}/bots/{bot['user']['id']}")


def _around(people: list[Person], victim: Person) -> str:
    """A friend, somebody who would be one, and the victim's private group that an attacker asks to come into."""
    made = victim.ok("POST", "/channels", {"name": IMAGE, "description": IMAGE, "private": True})
    people[0].call("PUT", f"/channels/{made['id']}/members/@me")
    for person in people[1:3]:
        person.ok("PUT", f"/relationships/{victim.id}", {"bond": "friend"})
    victim.ok("PUT", f"/relationships/{people[1].id}", {"bond": "friend"})
    return str(made["id"])


def talk(people: list[Person], channel: str) -> list[dict[str, Any]]:
    """The corpus as messages, all of it in a few too, answers to some, an edit; by those who are there."""
    authors = itertools.cycle(people)
    sent = [next(authors).send(channel, vector) for vector in CORPUS]
    sent += [people[0].send(channel, text) for text in _joined(CORPUS)]
    path = f"/channels/{channel}/messages"
    for message, vector in zip(sent[-30:], CORPUS, strict=False):
        body = {"content": vector, "reply_to": message["id"]}
        sent.append(people[0].ok("POST", path, body))
    last = people[0].send(channel, "an innocent word")
    people[0].ok("PATCH", f"{path}/{last['id']}", {"content": IMAGE})
    return [*sent, last]


def _joined(vectors: list[str]) -> Iterator[str]:
    """All of them in few messages: what each leaves open goes on in the next."""
    text = ""
    for vector in vectors:
        if len(text) + len(vector) > 4_990:
            yield text
            text = ""
        text += f"{vector}\n\n"
    yield text
