"""Talkers over plain WebSockets, on the `websockets` library: native, channelchat, studybuddy, mutiperson."""

import asyncio
import contextlib
import itertools
import json
import os
from typing import Any

from grid.talkers import EMOJI, Seen, Talker, Who, decimal, whole
from support.rest import call
from support.server import RunningServer
from support.sockets import ChannelChat, Native, Socket

Json = dict[str, Any]
_names = itertools.count()
_tickets = itertools.count(1)


class OnSocket(Talker):
    """Of whom there is a `Socket`."""

    socket: Socket

    async def frame(self) -> Json:
        found = await self.socket.receive()
        assert isinstance(found, dict)
        return found

    def _is_here(self, data: Json, key: str = "channel_id") -> bool:
        return str(data.get(key)) == self.room


class NativeTalker(OnSocket):
    """The native protocol."""

    dialect = "native"

    async def _open(self) -> None:
        native = Native(self.server.ws, self.who.token)
        await self._stack.enter_async_context(native)
        self.socket = self._native = native
        self._ids: dict[int, str] = {}

    def shown(self, frame: Json) -> Seen | None:
        data = frame.get("data") or {}
        if not self._is_here(data):
            return None
        kind = frame["type"]
        if "message" in data:
            return self._of_message(kind, data)
        if kind in ("member_joined", "member_left"):
            user_id = decimal(data["member"]["user"]["id"])
            return Seen("join" if kind == "member_joined" else "leave", user_id, user_id)
        if kind == "read_updated":  # a position is a seq, which tells the message
            return Seen("read", self._ids[data["seq"]], decimal(data["user_id"]))
        return None

    def _of_message(self, kind: str, data: Json) -> Seen | None:
        message = data["message"]
        message_id, author = decimal(message["id"]), decimal(message["author"]["id"])
        self._ids[message["seq"]] = message_id
        match kind:
            case "new_message":
                return Seen("send", message_id, author, message["content"])
            case "message_updated":
                return Seen("edit", message_id, author, message["content"])
            case "message_recalled":
                assert message["recalled"], message
                return Seen("recall", message_id, author)
            case "reaction_added":
                return Seen("react", message_id, decimal(data["user_id"]), data["emoji"])
            case _:
                return None

    async def _ask(self, kind: str, **data: object) -> None:
        reply = await self._native.ask(kind, channel_id=self.room, **data)
        assert reply["type"] == "ok", reply

    async def say(self, content: str) -> None:
        data = {"channel_id": self.room, "content": content}
        await self.socket.send({"type": "send_message", "data": data})

    async def send(self, content: str) -> str:
        await self.say(content)
        return decimal((await self.socket.wait_type("message_ack"))["data"]["message_id"])

    async def edit(self, message_id: str, content: str) -> None:
        await self._ask("edit_message", message_id=message_id, content=content)

    async def recall(self, message_id: str) -> None:
        await self._ask("recall_message", message_id=message_id)

    async def react(self, message_id: str) -> None:
        await self._ask("add_reaction", message_id=message_id, emoji=EMOJI)

    async def read(self, message_id: str) -> None:
        path = f"/api/v1/channels/{self.room}/messages/{message_id}"
        await self._ask("mark_read", seq=(await self.rest("GET", path)).body["seq"])

    async def join(self) -> None:
        await self.rest("PUT", f"/api/v1/channels/{self.room}/members/@me")

    async def leave(self) -> None:
        await self.rest("DELETE", f"/api/v1/channels/{self.room}/members/@me")


class ChannelChatTalker(OnSocket):
    """Seed 000."""

    dialect = "channelchat"

    async def _open(self) -> None:
        self._chat = ChannelChat(self.server.ws, self.who.token, self.who.id)
        self.socket = self._chat
        await self._stack.enter_async_context(self._chat)

    async def enter(self) -> None:
        await self._chat.enter(self.room)

    def shown(self, frame: Json) -> Seen | None:
        data = frame.get("data") or {}
        if not self._is_here(data):
            return None
        kind = frame["type"]
        if kind in ("user_joined", "user_left"):
            user_id = decimal(data["user_id"])
            return Seen("join" if kind == "user_joined" else "leave", user_id, user_id)
        if kind not in ("new_message", "message_updated", "message_deleted"):
            return None
        message_id, author = decimal(data["message_id"]), decimal(data["user_id"])
        if kind == "message_deleted":
            assert data["content"] == "消息已删除", data
            return Seen("recall", message_id, author)
        done = "send" if kind == "new_message" else "edit"
        return Seen(done, message_id, author, data["content"])  # type: ignore[arg-type]  # one of the two

    async def say(self, content: str) -> None:
        await self.socket.send({"op": 0, "d": {"channel_id": self.room, "content": content}})

    async def send(self, content: str) -> str:
        await self.say(content)
        return decimal((await self.socket.wait_type("message_ack"))["data"]["message_id"])

    async def join(self) -> None:
        await self._chat.enter(self.room)


class StudyBuddyTalker(OnSocket):
    """Seed 003; edits, recalls, reactions and read marks are additive."""

    dialect = "studybuddy"

    async def _open(self) -> None:
        self.socket = Socket(f"{self.server.ws}/ws")
        await self._stack.enter_async_context(self.socket)
        await self.socket.send({"type": "auth", "token": self.who.token})
        signed_in = await self.socket.wait(lambda f: f["type"] == "authenticated")
        assert signed_in == {"type": "authenticated", "userId": int(self.who.id)}

    def shown(self, frame: Json) -> Seen | None:
        kind, message = frame["type"], frame.get("message")
        if isinstance(message, dict):
            return self._of_message(kind, frame) if self._is_here(message, "group_id") else None
        if kind in ("member_joined", "member_left") and self._is_here(frame, "group_id"):
            user_id = whole(frame["user_id"])
            return Seen("join" if kind == "member_joined" else "leave", user_id, user_id)
        if kind == "message_read" and self._is_here(frame):
            return Seen("read", whole(frame["message_id"]), whole(frame["user_id"]))
        return None

    def _of_message(self, kind: str, frame: Json) -> Seen | None:
        message = frame["message"]
        assert not message.get("receiver_id"), "it would pass for a private one"
        message_id, author = whole(message["id"]), whole(message["sender_id"])
        match kind:
            case "new_group_message":
                return Seen("send", message_id, author, message["content"])
            case "message_edited":
                return Seen("edit", message_id, author, message["content"])
            case "message_recalled":
                return Seen("recall", message_id, author)
            case "reaction_added":
                return Seen("react", message_id, whole(frame["user_id"]), frame["emoji"])
            case _:
                return None

    async def _ask(self, kind: str, **data: object) -> None:
        await self.socket.send({"type": kind, "group_id": int(self.room), **data})
        reply = await self.socket.wait(lambda f: f["type"] in (f"{kind}_ack", "error"))
        assert reply["type"] != "error", reply

    async def say(self, content: str) -> None:
        await self.socket.send({"type": "group", "to": int(self.room), "content": content})

    async def send(self, content: str) -> str:
        await self.say(content)
        reply = await self.socket.wait(lambda f: f["type"] in ("message_sent", "error"))
        return whole(reply["message"]["id"])

    async def edit(self, message_id: str, content: str) -> None:
        await self._ask("edit", message_id=int(message_id), content=content)

    async def recall(self, message_id: str) -> None:
        await self._ask("recall", message_id=int(message_id))

    async def react(self, message_id: str) -> None:
        await self._ask("react", message_id=int(message_id), emoji=EMOJI)

    async def read(self, message_id: str) -> None:
        await self._ask("mark_read", message_id=int(message_id))

    async def join(self) -> None:
        path, body = f"/studybuddy/api/groups/{self.room}", {"user_id": int(self.who.id)}
        await self.rest("POST", f"{path}/join", body)

    async def leave(self) -> None:
        path, body = f"/studybuddy/api/groups/{self.room}", {"user_id": int(self.who.id)}
        await self.rest("POST", f"{path}/leave", body)


class BinarySocket(Socket):
    """What seed 004's client sends are binary messages."""

    async def send(self, frame: Any) -> None:
        await self.ws.send(json.dumps(frame).encode())


PULSE_SECONDS = (
    3  # seed 004's client sends a PING every 5 s, and its server ends who is silent for 7
)


class MutiPersonTalker(OnSocket):
    """Seed 004 in its last stage: CONFIRM for all that is received. Its people are guests."""

    dialect = "mutiperson"

    @classmethod
    async def person(cls, server: RunningServer) -> Who:
        name = f"guest{next(_names)}_{os.getpid()}"
        body = {"user_name": name}
        answer = await asyncio.to_thread(call, "POST", f"{server.url}/ws/login", body)
        assert answer.body["code"] == 200, answer
        return Who(whole(answer.body["data"]["user_id"]), name, "")

    async def _open(self) -> None:
        self.socket = BinarySocket(f"{self.server.ws}/")
        await self._stack.enter_async_context(self.socket)
        await self._say("INIT", message="init")
        await self._say("PING", message="ping")
        await self.socket.wait(lambda f: f["type"] == "PONG")
        pulse = asyncio.create_task(self._pulse())
        self._stack.callback(pulse.cancel)

    async def _pulse(self) -> None:
        with contextlib.suppress(Exception):  # the reader meets the end of the connection
            while True:
                await asyncio.sleep(PULSE_SECONDS)
                await self._say("PING", message="ping")

    async def _say(self, kind: str, **more: object) -> None:
        await self.socket.send({"type": kind, "from_user_id": self.who.id, **more})

    async def frame(self) -> Json:
        found = await super().frame()
        if found["type"] == "MESSAGE":
            await self.socket.send({**found, "type": "CONFIRM"})
        return found

    def shown(self, frame: Json) -> Seen | None:
        is_message = frame["type"] in ("MESSAGE", "CONFIRM") and frame.get("chat_type") == "BLOCK"
        if not is_message or str(frame["block_id"]) != self.room:
            return None
        message_id, author = decimal(frame["message_id"]), decimal(frame["from_user_id"])
        return Seen("send", message_id, author, frame["message"])

    async def say(self, content: str) -> None:
        await self._say(
            "MESSAGE",
            chat_type="BLOCK",
            block_id=self.room,
            message=content,
            message_id="-2",
            send_time=0,
            temp_id=f"{self.who.id}-{next(_tickets)}",
        )

    async def send(self, content: str) -> str:
        await self.say(content)
        confirmed = await self.socket.wait(
            lambda f: f["type"] == "CONFIRM" and f["message"] == content
        )
        return decimal(confirmed["message_id"])

    async def join(self) -> None:
        query = f"user_id={self.who.id}&block_id={self.room}"
        answer = await self.rest("GET", f"/ws/block/join?{query}")
        assert answer.body["code"] == 200, answer.body
