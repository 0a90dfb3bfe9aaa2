"""A connection that keeps what it is told, as it was told, for clients in other languages to be tried on."""

import json
from copy import deepcopy
from typing import Any

from convergence.device import Device, Json
from convergence.node import LocalServer
from hubbub.dialects.native import render
from hubbub.model.commands import GetChannel
from hubbub.model.entities import Tokens
from hubbub.model.ids import ChannelId


class Recorder(Device):
    """`events`: all that came after the first `ready`, in order, those of later connections too."""

    def __init__(self, server: LocalServer, tokens: Tokens) -> None:
        super().__init__(server, tokens)
        self.ready: Json = {}
        self.events: list[Json] = []
        self._positions: dict[str, int] = {}
        self._strange: list[str] = []

    def positions(self) -> dict[str, int]:
        return dict(self._positions)

    def forget(self) -> None:
        self.events, self._positions = [], {}

    async def catch_up(self) -> None:
        """Of a channel that is new here, an event does not say how one finds it oneself: that is asked for."""
        self.absorb()
        for channel_id in self._strange:
            caller = await self.server.caller(self.token)
            found: Any = await self.server.do(caller, GetChannel(ChannelId(int(channel_id))))
            view = json.loads(render.encode(render.view(found)))
            self.events.append({"answer": "channel", "data": {"channel": view}})
        self._strange.clear()

    def on_ready(self, data: Json) -> None:
        """A position goes on from where it was: what lies between comes as `sync`."""
        if self.ready:
            self._keep("ready", data)
        else:
            self.ready = deepcopy(data)
        seen = [*data["channels"], *(c for s in data["servers"] for c in s["channels"])]
        self._positions = {c["id"]: self._positions.get(c["id"], c["version"]) for c in seen}

    def on_sync(self, data: Json) -> None:
        self._keep("sync", data)
        self._positions[data["channel_id"]] = data["to"]

    def on_event(self, kind: str, data: Json) -> None:
        self._keep(kind, data)
        channel_id = str(data.get("channel_id"))
        if kind == "channel_created" and channel_id not in self._positions:
            self._strange.append(channel_id)
        if kind == "channel_deleted" or (kind == "member_left" and self._is_me(data)):
            self._positions.pop(channel_id, None)
        elif "version" in data and (kind == "channel_created" or channel_id in self._positions):
            known = self._positions.get(channel_id, 0)
            self._positions[channel_id] = max(known, data["version"])

    def _is_me(self, data: Json) -> bool:
        return bool(data["member"]["user"]["id"] == self.me)

    def _keep(self, kind: str, data: Json) -> None:
        self.events.append({"type": kind, "data": deepcopy(data)})
