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


def attacker(url: str, vector: str) -> Person:
    """Somebody whose user name and display name are attacks; user names are nobody else's."""
    person = sign_up(url, f"<img src=x onerror=window.xss=1>{next(_tries)}")
    person.ok("PATCH", "/users/@me", {"display_name": vector})
    return person


@dataclass
class Place:
    """What was made. `texts`: what stands somewhere on a page, by that page's route."""

    people: list[Person]
    server: str
    channel: str
    group: str
    code: str
    texts: dict[str, str]

    def pages(self) -> list[tuple[str, str]]:
        """Routes of all pages where others' words stand, each with some of them."""
        return list(self.texts.items())


def hostile_place(url: str, victim: Person) -> Place:
    """The victim is in it, and may see all its settings."""
    lines = itertools.cycle(names(100))
    people = [attacker(url, vector) for vector in itertools.islice(lines, 4)]
    owner = people[0]
    made = owner.ok("POST", "/servers", {"name": CORPUS[1], "first_channel": next(lines)})
    server = str(made["id"])
    # What the server does not take as an icon can't be shown to anybody.
    for icon in ("javascript:window.xss=1", "http://127.0.0.1:9/icon.png", "<img src=x>"):
        owner.call("PATCH", f"/servers/{server}", {"icon": icon})
    channel = _channels(owner, server, lines)
    code = str(owner.ok("POST", f"/servers/{server}/invites", {})["code"])
    for person in (*people[1:], victim):
        person.ok("POST", f"/invites/{code}")
    _roles(owner, server, victim, lines)
    _members(owner, server, people)
    _programs(owner, server, channel, lines)
    group = _group(people, victim, lines)
    place = Place(people, server, channel, group, code, {})
    place.texts |= _texts(place)
    return place


def _texts(place: Place) -> dict[str, str]:
    shown = {person.name: person.ok("GET", "/users/@me")["display_name"] for person in place.people}
    first, _, third, fourth = shown.values()
    settings, group = f"/s/{place.server}/settings", f"/c/{place.group}/settings"
    channel = f"/c/{place.channel}/settings"
    image = CORPUS[1]
    return {
        f"/c/{place.channel}": names(100)[0],
        f"{settings}/overview": image,
        f"{settings}/channels": names(100)[0],
        f"{settings}/roles": names(100)[13],
        f"{settings}/members": names(32)[0],
        f"{settings}/invites": first,
        f"{settings}/bans": fourth,
        f"{settings}/webhooks": first,
        f"{settings}/audit": third,
        f"{channel}/permissions": names(100)[0],
        f"{channel}/webhooks": first,
        f"{group}/members": victim_name(place),
        f"{group}/requests": first,
        "/people/friends": shown[place.people[1].name],
        "/settings/notifications": image,
        "/admin/people": first,
        f"/invite/{place.code}": image,
    }


def _channels(owner: Person, server: str, lines: Iterator[str]) -> str:
    """Every line is a channel, every text a topic, some a category; the first channel's id."""
    path = f"/servers/{server}"
    rows = [owner.ok("POST", f"{path}/categories", {"name": next(lines)}) for _ in range(8)]
    categories = itertools.cycle([row["id"] for row in rows])
    made = [
        owner.ok(
            "POST",
            f"{path}/channels",
            {"name": name, "description": text, "category_id": next(categories)},
        )
        for name, text in zip(names(100), CORPUS, strict=False)
    ]
    return str(made[0]["id"])


def _roles(owner: Person, server: str, victim: Person, lines: Iterator[str]) -> None:
    path = f"/servers/{server}"
    roles = [
        owner.ok("POST", f"{path}/roles", {"name": next(lines), "color": 0xFFFFFF})["id"]
        for _ in range(24)
    ]
    owner.ok("PATCH", f"{path}/roles/{roles[-1]}", {"permissions": ["ADMINISTRATOR"]})
    owner.ok("PATCH", f"{path}/roles", [{"role_id": roles[-1], "position": len(roles)}])
    body = {"role_ids": roles, "reason": next(lines)}
    owner.ok("PATCH", f"{path}/members/{victim.id}", body)


def _members(owner: Person, server: str, people: list[Person]) -> None:
    """Nicknames, one who was kicked and one who was banned, with reasons."""
    path = f"/servers/{server}"
    short, reasons = names(32), itertools.cycle(CORPUS)
    for person, nickname in zip(people[1:], short, strict=False):
        owner.ok("PATCH", f"{path}/members/{person.id}", {"nickname": nickname})
    owner.ok("DELETE", f"{path}/members/{people[2].id}", {"reason": next(reasons)})
    owner.ok("PUT", f"{path}/bans/{people[3].id}", {"reason": next(reasons)})


def _programs(owner: Person, server: str, channel: str, lines: Iterator[str]) -> None:
    hooks = [
        owner.ok("POST", f"/channels/{channel}/webhooks", {"name": next(lines)}) for _ in range(6)
    ]
    pictures = itertools.cycle(("http://127.0.0.1:9/a.png", "https://tracker.example/a.svg"))
    for hook in hooks:
        body = {"content": next(lines), "username": next(lines)[:80], "avatar_url": next(pictures)}
        owner.ok("POST", f"/webhooks/{hook['id']}/{hook['token']}", body)
        odd = body | {"avatar_url": "javascript:window.xss=1"}
        owner.call("POST", f"/webhooks/{hook['id']}/{hook['token']}", odd)
    bot = owner.ok("POST", "/bots", {"username": f"<b>bot{next(_tries)}", "display_name": next(lines)})
    owner.ok("PUT", f"/servers/{server}/bots/{bot['user']['id']}")


def _group(people: list[Person], victim: Person, lines: Iterator[str]) -> str:
    """A private group of the victim's own, that attackers ask to come into; and friends that they would be."""
    body = {"name": next(lines), "description": CORPUS[1], "private": True}
    made = victim.ok("POST", "/channels", body)
    people[0].call("PUT", f"/channels/{made['id']}/members/@me")
    for person in people[1:]:
        person.ok("PUT", f"/relationships/{victim.id}", {"bond": "friend"})
        victim.ok("PUT", f"/relationships/{person.id}", {"bond": "friend"})
    return str(made["id"])


def talk(people: list[Person], channel: str) -> list[dict[str, Any]]:
    """The corpus as messages, all of it in one too, answers to them, edits, reactions, pins; by those who are there."""
    authors = itertools.cycle(people)
    sent = [next(authors).send(channel, vector) for vector in CORPUS]
    sent += [people[0].send(channel, part) for part in _joined(CORPUS)]
    for message, vector in zip(sent[-30:], CORPUS, strict=False):
        body = {"content": vector, "reply_to": message["id"]}
        sent.append(people[0].ok("POST", f"/channels/{channel}/messages", body))
    last = people[0].send(channel, "an innocent word")
    path = f"/channels/{channel}/messages/{last['id']}"
    people[0].ok("PATCH", path, {"content": CORPUS[1]})
    sent.append(last)
    return sent


def _joined(vectors: list[str]) -> Iterator[str]:
    """All of them in few messages: what each leaves open goes on in the next."""
    text = ""
    for vector in vectors:
        if len(text) + len(vector) > 4_990:
            yield text
            text = ""
        text += f"{vector}\n\n"
    yield text
