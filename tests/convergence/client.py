"""A native client that keeps its state by what the protocol tells it, and nothing else."""

import json
from dataclasses import dataclass, field
from typing import Any

from convergence.device import Device, Json
from convergence.node import LocalServer
from hubbub.dialects.native.render import member as render_member
from hubbub.model.commands import ListMembers, ListRelationships
from hubbub.model.entities import Tokens
from hubbub.model.ids import ChannelId

_OWN = ("role", "status", "read_seq", "delivered_seq")
_SHARED = ("kind", "name", "description", "owner_id", "private")


@dataclass
class Room:
    """A channel as this client knows it."""

    shared: Json
    own: Json = field(default_factory=dict)
    version: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    is_stale: bool = True  # history and members have still to be asked for

    def put(self, message: Json) -> None:
        """What is older than what one has changes nothing."""
        known = self.messages.get(message["seq"])
        if known is None or known["version"] < message["version"]:
            self.messages[message["seq"]] = message

    def put_member(self, user_id: str, member: Json) -> None:
        known = self.members.get(user_id)
        if known is None or known["version"] < member["version"]:
            self.members[user_id] = {k: member[k] for k in ("role", "status", "version")}

    def waiting(self, me: str) -> tuple[int, int]:
        """Unread and mentions, counted from what one has."""
        after = [m for m in self.messages.values() if m["seq"] > self.own["read_seq"]]
        live = [m for m in after if not m["recalled"]]
        unread = sum(m["author"]["id"] != me for m in live)
        return unread, sum(me in m["mentions"] for m in live)


class Client(Device):
    """One device."""

    def __init__(self, server: LocalServer, tokens: Tokens) -> None:
        super().__init__(server, tokens)
        self.rooms: dict[str, Room] = {}
        self.bonds: dict[str, str] = {}

    # -- the connection -----------------------------------------------------------------------------

    def positions(self) -> dict[str, int]:
        return {c: r.version for c, r in self.rooms.items() if not r.is_stale}

    def forget(self) -> None:
        self.rooms = {}

    async def connect(self, *, resume: bool) -> None:
        await super().connect(resume=resume)
        await self._load_bonds()

    async def catch_up(self) -> None:
        """Asks for what events do not tell: the history and the members of channels that are new here."""
        self.absorb()
        for channel_id, room in list(self.rooms.items()):
            if room.is_stale:
                await self._load(channel_id, room)

    async def _load_bonds(self) -> None:
        """The list; the events that came meanwhile are brought in after it."""
        found: Any = await self.server.do(await self.server.caller(self.token), ListRelationships())
        self.bonds = {str(r.user.id): r.bond.value for r in found}

    async def _load(self, channel_id: str, room: Room) -> None:
        before: Json = {}
        while True:
            page = await self.ask("history", channel_id=channel_id, limit=100, **before)
            if page["type"] == "error":
                return
            messages = page["data"]["messages"]
            for message in messages:
                room.put(message)
            if not page["data"]["has_more"]:
                break
            before = {"before": min(messages, key=lambda m: m["seq"])["id"]}
        if room.shared["kind"] != "lobby":
            caller = await self.server.caller(self.token)
            found: Any = await self.server.do(caller, ListMembers(ChannelId(int(channel_id))))
            for member, user in found:
                row = json.loads(_encode(render_member(member, user)))
                room.put_member(row["user"]["id"], row)
        room.is_stale = False

    # -- frames -------------------------------------------------------------------------------------

    def on_event(self, kind: str, data: Json) -> None:
        if "channel_id" in data:
            self._on_channel_event(kind, data)
        elif kind == "relationship_updated":
            self.bonds[data["relationship"]["user"]["id"]] = data["relationship"]["bond"]
        elif kind == "relationship_removed":
            self.bonds.pop(data["user_id"], None)

    def on_ready(self, data: Json) -> None:
        old, self.rooms = self.rooms, {}
        for view in data["channels"]:
            room = old.get(view["id"])
            if room is None or room.is_stale:
                room = Room({}, version=view["version"])
            room.shared = {k: view[k] for k in _SHARED}
            room.own = {k: view[k] for k in _OWN}
            self.rooms[view["id"]] = room

    def on_sync(self, data: Json) -> None:
        room = self.rooms[data["channel_id"]]
        if data["from"] != room.version:
            self.wrong.append(f"sync from {data['from']}, not {room.version}")
        room.version = data["to"]
        if data["limited"]:
            self.rooms[data["channel_id"]] = Room(room.shared, room.own, room.version)
            return
        for message in data["messages"]:
            room.put(message)
        for member in data["members"]:
            room.put_member(member["user_id"], member)

    def _on_channel_event(self, kind: str, data: Json) -> None:
        channel_id, version = data["channel_id"], data.get("version")
        user_id = (data.get("member") or {}).get("user", {}).get("id")
        if kind == "channel_created":
            self.rooms[channel_id] = Room({k: data["channel"][k] for k in _SHARED})
        room = self.rooms.get(channel_id)
        if room is None:
            if user_id != self.me:
                self.wrong.append(f"{kind} of a channel that one is not in: {data}")
            return
        if version is not None:
            if version < room.version and kind != "member_updated":
                self.wrong.append(f"{kind} {version} after {room.version}")
            room.version = max(room.version, version)
        self._apply(kind, data, room, user_id)

    def _apply(self, kind: str, data: Json, room: Room, user_id: str | None) -> None:
        if "message" in data:
            room.put(data["message"])
        elif kind == "channel_updated":
            room.shared = {k: data["channel"][k] for k in _SHARED}
        elif kind == "channel_deleted":
            del self.rooms[data["channel_id"]]
        elif user_id is not None:
            self._on_member(kind, data, room, user_id)
        elif kind in ("read_updated", "delivered_updated") and data["user_id"] == self.me:
            wanted = ("read_seq", "delivered_seq") if kind == "read_updated" else ("delivered_seq",)
            room.own |= {k: max(room.own[k], data["seq"]) for k in wanted}

    def _on_member(self, kind: str, data: Json, room: Room, user_id: str) -> None:
        if user_id == self.me:
            if kind == "member_left":
                del self.rooms[data["channel_id"]]
                return
            room.own |= {k: data["member"][k] for k in _OWN if k not in room.own or k == "role"}
        room.put_member(user_id, data["member"])

    # -- what it believes ---------------------------------------------------------------------------

    def state(self) -> Json:
        """Everything that two clients of one person must agree on."""
        return {
            channel_id: {
                **room.shared,
                **room.own,
                "messages": room.messages,
                "members": {
                    u: m["role"] for u, m in room.members.items() if m["status"] == "active"
                },
                "waiting": room.waiting(self.me),
            }
            for channel_id, room in self.rooms.items()
        }


def differences(one: Json, other: Json) -> list[str]:
    """What two states do not agree on, in as few words as possible."""
    if one.keys() != other.keys():
        return [f"channels: {sorted(one)} and {sorted(other)}"]
    return [
        f"{key} of {channel}: {one[channel].get(key)} and {other[channel].get(key)}"
        for channel in one
        for key in one[channel].keys() | other[channel].keys()
        if one[channel].get(key) != other[channel].get(key)
    ]


def _encode(value: object) -> bytes:
    import msgspec

    return msgspec.json.encode(value)
