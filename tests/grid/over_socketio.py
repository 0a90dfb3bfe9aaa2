"""Talkers over Socket.IO: Mew on python-socketio, ChatGroup on npm's `socket.io-client`."""

from typing import Any

from grid.talkers import EMOJI, Action, Seen, Talker, hexed, unhexed
from support.socketio_clients import NodeClient, PythonClient, node

_MEW: dict[str, Action] = {
    "MESSAGE_CREATE": "send",
    "MESSAGE_UPDATE": "edit",
    "MESSAGE_REACTION_ADD": "react",
    "MEMBER_JOIN": "join",
    "MEMBER_LEAVE": "leave",
}


class MewTalker(Talker):
    """Seed 001."""

    dialect = "mew"

    async def _open(self) -> None:
        self._client = PythonClient()
        await self._stack.enter_async_context(self._client)
        await self._client.connect(self.server.url, auth={"token": self.who.token})
        await self._client.event("ready")

    async def frame(self) -> list[Any]:
        return await self._client.next()

    def shown(self, frame: list[Any]) -> Seen | None:
        action = _MEW.get(frame[0])
        if action is None or frame[1].get("channelId") != hexed(self.room):
            return None
        data = frame[1]
        if action in ("join", "leave"):
            user_id = unhexed(data["userId"])
            return Seen(action, user_id, user_id)
        message_id, author = unhexed(data["_id"]), unhexed(data["authorId"]["_id"])
        if "retractedAt" in data:
            assert data["content"] == "此消息已撤回", data
            return Seen("recall", message_id, author)
        if action == "react":
            last = data["reactions"][-1]
            return Seen("react", message_id, unhexed(last["userIds"][-1]), last["emoji"])
        return Seen(action, message_id, author, data["content"])

    async def say(self, content: str) -> None:
        data = {"channelId": hexed(self.room), "content": content}
        await self._client.sio.emit("message/create", data)

    async def send(self, content: str) -> str:
        data = {"channelId": hexed(self.room), "content": content}
        return unhexed((await self._client.call("message/create", data))["message"]["_id"])

    def _message(self, message_id: str) -> str:
        return f"/api/channels/{hexed(self.room)}/messages/{hexed(message_id)}"

    async def edit(self, message_id: str, content: str) -> None:
        await self.rest("PATCH", self._message(message_id), {"content": content})

    async def recall(self, message_id: str) -> None:
        await self.rest("DELETE", self._message(message_id))

    async def react(self, message_id: str) -> None:
        await self.rest("PUT", f"{self._message(message_id)}/reactions/{EMOJI}/@me")

    async def read(self, message_id: str) -> None:
        body = {"lastMessageId": hexed(message_id)}
        await self.rest("POST", f"/api/channels/{hexed(self.room)}/ack", body)


_CHATGROUP: dict[str, Action] = {
    "new_message": "send",
    "message_updated": "edit",
    "message_recalled": "recall",
    "message_read": "read",
    "member_joined": "join",
    "member_left": "leave",
}


class ChatGroupTalker(Talker):
    """Seed 002, signing in as the original's client does."""

    dialect = "chatgroup"

    async def _open(self) -> None:
        options = node(self.server.url, transports=["websocket"])
        self._client: NodeClient = await self._stack.enter_async_context(options)
        await self._client.wait("connect")
        await self._client.emit("authenticate", {"token": self.who.token})
        await self._client.event("sync_messages")

    async def frame(self) -> list[Any]:
        return list((await self._client.wait("event"))["args"])

    def shown(self, frame: list[Any]) -> Seen | None:
        action = _CHATGROUP.get(frame[0])
        if action is None or frame[1].get("chatId") != hexed(self.room):
            return None
        data = frame[1]
        if action == "read":
            return Seen("read", unhexed(data["messageId"]), unhexed(data["userId"]))
        if action in ("join", "leave"):
            user_id = unhexed(data["userId"])
            return Seen(action, user_id, user_id)
        message = data["message"]
        message_id, author = unhexed(message["id"]), unhexed(message["senderId"])
        return Seen(action, message_id, author, "" if action == "recall" else message["content"])

    async def say(self, content: str) -> None:
        data = {"chatId": hexed(self.room), "content": content}
        await self._client.emit("send_message", data)

    async def send(self, content: str) -> str:
        data = {"chatId": hexed(self.room), "content": content, "localId": content}
        (ack,) = await self._client.ask("send_message", data)
        return unhexed(ack["id"])

    async def read(self, message_id: str) -> None:
        data = {"chatId": hexed(self.room), "messageId": hexed(message_id)}
        (ack,) = await self._client.ask("mark_read", data)
        assert ack["success"], ack
