"""A small community that one could believe in: people, two servers, groups and chats, in English and Chinese."""

from dataclasses import dataclass
from typing import Final

from support.rest import Json, Person, sign_up

_NAMES: Final = {
    "mara": "Mara Lindqvist",
    "teo": "Teo Okafor",
    "ines": "Inês Duarte",
    "sam": "Sam Whitlock",
    "xiaoyu": "林小雨",
    "hao": "周浩",
    "anran": "陈安然",
    "yi": "吴怡",
}
_GARDEN: Final = (
    ("mara", "Good morning! The new beds by the **south wall** are ready for planting 🌱"),
    ("teo", "Wonderful. I have about forty tomato seedlings that need a home."),
    ("teo", "Four sorts, two of them for the greenhouse."),
    ("ines", "I can take the greenhouse ones on Saturday, if somebody lends me a barrow."),
    ("sam", "Mine is in the shed. The key hangs behind the door, as always."),
    (
        "mara",
        "Plan for Saturday:\n\n- 9:00 water the seedlings\n- 9:30 string and canes\n- 11:00 tea",
    ),
    ("sam", "The watering timer runs again. I changed its program to this:"),
    (
        "sam",
        "```python\nfor bed in beds:\n    if bed.moisture < 0.35:\n        bed.water(minutes=6)\n```",
    ),
    ("ines", "Six minutes is plenty, the clay holds it well."),
    ("teo", "Then we are set. See you all on Saturday!"),
    ("xiaoyu", "周六我也来帮忙，带一些薄荷和紫苏的小苗。"),
    ("mara", "Lovely, 小雨! There is room for both beside the herbs."),
)
_READING: Final = (
    ("xiaoyu", "大家好，这个月的书读到哪里了？📖"),
    ("hao", "我读完前六章了，**船长的日记**那一段写得真好。"),
    ("anran", "我还在第四章，不要剧透哦。"),
    ("yi", "周三晚上八点在图书馆二楼见，可以吗？"),
    ("hao", "可以。我会早到一点，先占一张靠窗的桌子。"),
    ("xiaoyu", "讨论提纲：\n\n1. 开头的信是谁写的\n2. 港口和灯塔\n3. 你最喜欢的一句话"),
    ("anran", "第二个问题很有意思，我想多说几句。"),
    ("yi", "好，那就这么定了 👍"),
    ("hao", "我把上次的笔记整理好了，晚一点发给大家。"),
    ("xiaoyu", "辛苦了！"),
)
_KITCHEN: Final = (
    ("ines", "Who cooks on Friday?"),
    ("sam", "I can. Is lentil soup all right for everybody?"),
    ("mara", "Yes please, with the green one on top!"),
)
_SEA: Final = 0x2F7F8F
_MOSS: Final = 0x4F7F2F
_PLUM: Final = 0x8A3F7A


@dataclass
class Town:
    """What was made: people by user name, the rest by ids. Names of people end in `suffix`."""

    people: dict[str, Person]
    suffix: str
    server: Json
    channels: dict[str, str]
    roles: dict[str, str]
    library: Json
    reading: str
    kitchen: str
    private: str
    direct: str
    invite: str


def build(url: str, suffix: str = "") -> Town:
    """All of it, on a server that is running with its rate limits off."""
    people = {name: _settle(url, name + suffix, shown) for name, shown in _NAMES.items()}
    mara, xiaoyu = people["mara"], people["xiaoyu"]
    server, channels, roles, invite = _garden(people)
    library, reading = _library(people)
    kitchen = _talk(people, mara.group("Kitchen rota"), _KITCHEN)
    private = mara.group("Accounts", private=True)
    people["sam"].call("PUT", f"/channels/{private}/members/@me")
    direct = str(mara.ok("POST", "/dms", {"user_id": people["teo"].id})["id"])
    _chat(people, direct)
    _bonds(people)
    xiaoyu.ok("PUT", f"/channels/{reading}/notify", {"notify": "all"})
    return Town(
        people, suffix, server, channels, roles, library, reading, kitchen, private, direct, invite
    )


def _settle(url: str, name: str, shown: str) -> Person:
    person = sign_up(url, name)
    person.ok("PATCH", "/users/@me", {"display_name": shown})
    return person


def _garden(people: dict[str, Person]) -> tuple[Json, dict[str, str], dict[str, str], str]:
    mara = people["mara"]
    server = mara.ok("POST", "/servers", {"name": "Hillside Garden", "first_channel": ""})
    path = f"/servers/{server['id']}"
    invite = str(mara.ok("POST", f"{path}/invites", {})["code"])
    for name in ("teo", "ines", "sam", "xiaoyu", "anran"):
        people[name].ok("POST", f"/invites/{invite}")
    roles = _roles(people, path)
    channels = _channels(mara, path, server, roles)
    said = _say(people, channels["planting"], _GARDEN)
    _decorate(people, channels["planting"], said)
    people["teo"].send(channels["welcome"], "Hello everybody, nice to be here!")
    people["anran"].send(channels["harvest"], "今天收了三公斤番茄 🍅")
    mara.ok("POST", f"/channels/{channels['planting']}/webhooks", {"name": "Weather station"})
    mara.ok("PUT", f"{path}/bans/{people['yi'].id}", {"reason": "Sold plants that were not theirs"})
    return server, channels, roles, invite


def _roles(people: dict[str, Person], path: str) -> dict[str, str]:
    mara = people["mara"]
    wanted: tuple[tuple[str, int, list[str]], ...] = (
        ("Guests", 0, []),
        ("Planters", _MOSS, ["MENTION_EVERYONE"]),
        ("Keepers", _SEA, ["MANAGE_MESSAGES", "MANAGE_CHANNEL", "KICK_MEMBERS", "BAN_MEMBERS"]),
        ("Committee", _PLUM, ["MANAGE_ROLES", "MANAGE_SERVER", "MANAGE_WEBHOOKS"]),
    )
    made = {}
    for name, color, permissions in wanted:
        row = {"name": name, "color": color, "permissions": permissions}
        made[name] = str(mara.ok("POST", f"{path}/roles", row)["id"])
    order = [{"role_id": role, "position": at} for at, role in enumerate(made.values(), 1)]
    mara.ok("PATCH", f"{path}/roles", order)
    holders = {"teo": ["Planters", "Keepers"], "ines": ["Planters"], "sam": ["Committee"]}
    for name, held in holders.items():
        row = {"role_ids": [made[role] for role in held]}
        mara.ok("PATCH", f"{path}/members/{people[name].id}", row)
    return made


def _channels(mara: Person, path: str, server: Json, roles: dict[str, str]) -> dict[str, str]:
    beds = mara.ok("POST", f"{path}/categories", {"name": "Beds and tools"})["id"]
    house = mara.ok("POST", f"{path}/categories", {"name": "The house"})["id"]
    hidden = {"target_id": server["everyone_role_id"], "kind": "role", "deny": ["VIEW_CHANNEL"]}
    shown = {"target_id": roles["Committee"], "kind": "role", "allow": ["VIEW_CHANNEL"]}
    rows: tuple[Json, ...] = (
        {"name": "welcome", "description": "Who we are, and how to begin"},
        {"name": "planting", "description": "What grows where, and when", "category_id": beds},
        {"name": "harvest", "description": "Weights, pictures, recipes", "category_id": beds},
        {"name": "tools", "slow_mode": 10, "category_id": beds},
        {"name": "committee", "category_id": house, "overrides": [hidden, shown]},
    )
    return {row["name"]: str(mara.ok("POST", f"{path}/channels", row)["id"]) for row in rows}


def _library(people: dict[str, Person]) -> tuple[Json, str]:
    xiaoyu = people["xiaoyu"]
    library = xiaoyu.ok("POST", "/servers", {"name": "河畔图书馆", "first_channel": "公告"})
    code = xiaoyu.ok("POST", f"/servers/{library['id']}/invites", {})["code"]
    for name in ("hao", "anran", "yi", "mara"):
        people[name].ok("POST", f"/invites/{code}")
    row = {"name": "读书会", "description": "每月一本书，周三见面"}
    reading = str(xiaoyu.ok("POST", f"/servers/{library['id']}/channels", row)["id"])
    said = _say(people, reading, _READING)
    for name in ("hao", "anran", "yi"):
        people[name].ok("PUT", f"/channels/{reading}/messages/{said[5]}/reactions/👍/@me")
    return library, reading


def _say(people: dict[str, Person], channel: str, lines: tuple[tuple[str, str], ...]) -> list[str]:
    return [str(people[name].send(channel, line)["id"]) for name, line in lines]


def _talk(people: dict[str, Person], group: str, lines: tuple[tuple[str, str], ...]) -> str:
    for name in dict.fromkeys(name for name, _ in lines[:2]):
        people[name].join(group)
    _say(people, group, lines)
    return group


def _decorate(people: dict[str, Person], channel: str, said: list[str]) -> None:
    """Reactions, a pin, an edit, a reply, a mention and a recall."""
    path = f"/channels/{channel}"
    for name, emoji, at in (
        ("teo", "🌱", 0),
        ("ines", "🌱", 0),
        ("sam", "☕", 5),
        ("ines", "☕", 5),
    ):
        people[name].ok("PUT", f"{path}/messages/{said[at]}/reactions/{emoji}/@me")
    people["mara"].ok("PUT", f"{path}/pins/{said[5]}")
    people["ines"].ok(
        "PATCH",
        f"{path}/messages/{said[8]}",
        {"content": "Six minutes are plenty, the clay holds it well."},
    )
    wrong = people["sam"].send(channel, "Wrong channel, sorry")
    people["sam"].ok("DELETE", f"{path}/messages/{wrong['id']}")
    row = {"content": "The barrow is oiled now.", "reply_to": said[3]}
    people["sam"].ok("POST", f"{path}/messages", row)
    line = f"<@{people['mara'].id}> shall I bring the labels?"
    people["teo"].send(channel, line)


def _chat(people: dict[str, Person], direct: str) -> None:
    mara, teo = people["mara"], people["teo"]
    mara.send(direct, "Did you find the seed list?")
    seen = teo.send(direct, "Yes, it was in the blue folder. I’ll send you a copy tonight.")
    mara.ok("PUT", f"/channels/{direct}/read", {"seq": seen["seq"]})
    mara.send(direct, "Thank you! 🙏")


def _bonds(people: dict[str, Person]) -> None:
    """Mara has a friend, is asked, has asked, and blocks somebody."""
    mara = people["mara"]
    for first, second in (("teo", "mara"), ("mara", "teo"), ("ines", "mara"), ("mara", "anran")):
        bond = {"bond": "friend"}
        people[first].ok("PUT", f"/relationships/{people[second].id}", bond)
    mara.ok("PUT", f"/relationships/{people['yi'].id}", {"bond": "blocked"})
