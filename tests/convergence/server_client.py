"""A native client of servers: it keeps what the protocol tells it, and nothing else."""

from convergence.device import Device, Json
from convergence.node import LocalServer
from hubbub.model.entities import Tokens

_SERVER = ("name", "icon", "owner_id")
_ROLE = ("name", "color", "position", "permissions")
_CHANNEL = ("name", "description", "category_id", "position", "slow_mode")
_MESSAGES = [
    "new_message",
    "message_updated",
    "message_recalled",
    "message_pinned",
    "message_unpinned",
    "reaction_added",
    "reaction_removed",
]


def overrides(found: list[Json]) -> Json:
    """By target; what allows and denies nothing is none."""
    return {o["target_id"]: (o["kind"], o["allow"], o["deny"]) for o in found}


class ServerClient(Device):
    """One device."""

    def __init__(self, server: LocalServer, tokens: Tokens) -> None:
        super().__init__(server, tokens)
        self.servers: dict[str, Json] = {}
        self.messages: dict[str, dict[int, Json]] = {}  # by channel and seq
        self.versions: dict[str, int] = {}
        self.stale: set[str] = set()  # channels whose history has still to be asked for

    # -- the connection -----------------------------------------------------------------------------

    def positions(self) -> dict[str, int]:
        return {c: v for c, v in self.versions.items() if c not in self.stale}

    def forget(self) -> None:
        self.messages, self.versions = {}, {}

    async def catch_up(self) -> None:
        """Asks for what events do not tell: the history of channels that are new here, or that one may read now."""
        self.absorb()
        for channel_id in tuple(self.stale):
            page = await self.ask("history", channel_id=channel_id, limit=100)
            if page["type"] == "ok":
                assert not page["data"]["has_more"]
                for message in page["data"]["messages"]:
                    self._put(channel_id, message)
                self.stale.discard(channel_id)
            else:
                self.messages[channel_id] = {}

    # -- frames -------------------------------------------------------------------------------------

    def on_event(self, kind: str, data: Json) -> None:
        if kind.startswith(("server_", "role_", "category_")):
            self._on_server_event(kind, data)
        elif self._is_ours(kind, data):
            self._on_channel_event(kind, data)

    def on_ready(self, data: Json) -> None:
        known = self.versions
        self.servers, self.versions = {}, {}
        for view in data["servers"]:
            self._add(view, known)
        self.messages = {c: m for c, m in self.messages.items() if c in self.versions}

    def _add(self, view: Json, known: dict[str, int]) -> None:
        self.servers[view["id"]] = {
            "version": view["version"],
            **{k: view[k] for k in _SERVER},
            "roles": {r["id"]: {k: r[k] for k in _ROLE} for r in view["roles"]},
            "categories": {c["id"]: (c["name"], c["position"]) for c in view["categories"]},
            "channels": {},
            "me": (view["member"]["nickname"], sorted(view["member"]["role_ids"])),
        }
        for channel in view["channels"]:
            self._add_channel(channel, is_known=channel["id"] in known)
            self.versions[channel["id"]] = known.get(channel["id"], channel["version"])

    def _add_channel(self, channel: Json, *, is_known: bool) -> None:
        row = {k: channel[k] for k in _CHANNEL} | {"overrides": overrides(channel["overrides"])}
        self.servers[channel["server_id"]]["channels"][channel["id"]] = row
        if not is_known:
            self.versions[channel["id"]] = channel["version"]
            self.messages[channel["id"]] = {}
            self.stale.add(channel["id"])

    def on_sync(self, data: Json) -> None:
        channel_id = data["channel_id"]
        if channel_id not in self.versions:
            return
        self.versions[channel_id] = data["to"]
        if data["limited"]:
            self.messages[channel_id] = {}
            self.stale.add(channel_id)
        for message in data["messages"]:
            self._put(channel_id, message)

    def _put(self, channel_id: str, message: Json) -> None:
        """What is older than what one has changes nothing."""
        mine = self.messages.setdefault(channel_id, {})
        known = mine.get(message["seq"])
        if known is None or known["version"] < message["version"]:
            mine[message["seq"]] = message

    # -- events -------------------------------------------------------------------------------------

    def _on_server_event(self, kind: str, data: Json) -> None:
        server_id = data["server_id"]
        if kind == "server_created":
            self._forget(server_id)
            self._add(data["server"], {})
            return
        if server_id not in self.servers:
            if kind != "server_removed":
                self.wrong.append(f"{kind} of a server that one is not in")
            return
        mine = self.servers[server_id]
        if data["version"] < mine["version"]:
            self.wrong.append(f"{kind} {data['version']} after {mine['version']}")
        mine["version"] = data["version"]
        self._apply(kind, data, mine)

    def _apply(self, kind: str, data: Json, mine: Json) -> None:
        if kind in ("server_removed", "server_deleted"):
            self._forget(data["server_id"])
        elif kind == "server_updated":
            mine |= {k: data["server"][k] for k in _SERVER}
        elif kind in ("role_created", "role_updated"):
            mine["roles"][data["role"]["id"]] = {k: data["role"][k] for k in _ROLE}
        elif kind == "role_deleted":
            self._drop_role(data["role_id"], mine)
        elif kind in ("category_created", "category_updated"):
            category = data["category"]
            mine["categories"][category["id"]] = (category["name"], category["position"])
        elif kind == "category_deleted":
            del mine["categories"][data["category_id"]]
            for channel in mine["channels"].values():
                if channel["category_id"] == data["category_id"]:
                    channel["category_id"] = None
        elif kind == "server_member_updated" and data["member"]["user"]["id"] == self.me:
            member = data["member"]
            mine["me"] = (member["nickname"], sorted(member["role_ids"]))

    def _drop_role(self, role_id: str, mine: Json) -> None:
        del mine["roles"][role_id]
        nickname, roles = mine["me"]
        mine["me"] = (nickname, [r for r in roles if r != role_id])
        for channel in mine["channels"].values():
            channel["overrides"].pop(role_id, None)

    def _forget(self, server_id: str) -> None:
        for channel_id in self.servers.pop(server_id, {}).get("channels", ()):
            self._forget_channel(channel_id)

    def _forget_channel(self, channel_id: str) -> None:
        self.messages.pop(channel_id, None)
        self.versions.pop(channel_id, None)
        self.stale.discard(channel_id)

    def _is_ours(self, kind: str, data: Json) -> bool:
        """Of a server's channel, and one that this client knows."""
        if kind == "channel_created":
            return bool(data["channel"]["kind"] == "text")
        if data.get("channel_id") in self.versions:
            return True
        if kind in (*_MESSAGES, "channel_updated", "channel_deleted"):
            self.wrong.append(f"{kind} of a channel that one does not see: {data}")
        return False

    def _on_channel_event(self, kind: str, data: Json) -> None:
        channel_id = data["channel_id"]
        if kind == "channel_deleted":
            for server in self.servers.values():
                server["channels"].pop(channel_id, None)
            self._forget_channel(channel_id)
            return
        if kind == "channel_created":
            self._add_channel(data["channel"], is_known=False)  # one that is known begins anew
        elif kind == "channel_updated":
            self._add_channel(data["channel"], is_known=True)
        elif kind in _MESSAGES:
            self._put(channel_id, data["message"])
        self.versions[channel_id] = max(self.versions[channel_id], data.get("version", 0))

    # -- what it believes ---------------------------------------------------------------------------

    def state(self) -> Json:
        """Everything that two clients of one person must agree on."""
        return {
            server_id: {k: v for k, v in server.items() if k != "version"}
            | {"messages": {c: self.messages.get(c) for c in server["channels"]}}
            for server_id, server in self.servers.items()
        }
