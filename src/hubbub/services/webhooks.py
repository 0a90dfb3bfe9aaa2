"""Webhooks: programs that post into a channel of a server with a token instead of an account."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.model.commands import Caller
from hubbub.model.entities import Draft, Extra, Sent, User
from hubbub.model.errors import invalid, not_found, unavailable
from hubbub.model.events import Publication
from hubbub.model.ids import ChannelId, MessageId, UserId, WebhookId
from hubbub.model.limits import DISPLAY_NAME_CHARS
from hubbub.model.names import clean
from hubbub.model.permissions import MANAGE_WEBHOOKS
from hubbub.model.server_commands import (
    CreateWebhook,
    DeleteWebhook,
    ListWebhooks,
    PostWebhook,
    UpdateWebhook,
)
from hubbub.model.servers import Webhook
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store, Transaction, nothing
from hubbub.services.content import (
    check_content,
    check_nonce,
    check_object,
    check_type,
    check_url,
)
from hubbub.services.directory import Directory, Room
from hubbub.services.mentions import people_in
from hubbub.services.messages import sent
from hubbub.services.rates import MESSAGES, Rate, Rates
from hubbub.services.server_service import ServerService, text_server
from hubbub.services.visibility import require_allowed

POSTS_OF_ADDRESS: Final = Rate(100, 20)


class Webhooks(ServerService):
    """Everything but posting takes MANAGE_WEBHOOKS in the channel. Of tokens only their hashes are kept."""

    def __init__(
        self, store: Store, directory: Directory, clock: Clock, ids: IdSource, rates: Rates
    ) -> None:
        super().__init__(store, directory, clock, ids)
        self._rates = rates
        self._ends = 0  # of tokens, so far

    async def create(self, caller: Caller, command: CreateWebhook) -> Webhook:
        """With its token, which is told once."""
        room = await self._managed(caller, command.channel_id)
        token, server_id = self._ids.secret(), text_server(room).server.id
        webhook = Webhook(
            WebhookId(self._ids.next_id()),
            command.channel_id,
            server_id,
            _check_name(command.name),
            check_url("avatar_url", command.avatar_url),
            caller.user_id,
            self._clock.now_ms(),
        )

        def prepare() -> Transaction[Webhook]:
            self._require_managed(caller, command.channel_id)
            place = server_id, "webhook.create", webhook.id
            told = {"name": webhook.name, "channel_id": str(webhook.channel_id)}
            note = self._journal.note(caller, *place, changes=told)
            return self._store.programs.add_webhook(webhook, _hash(token), note)

        made = await self._store.write(prepare, nothing)
        return msgspec.structs.replace(made, token=token)

    async def list_all(self, caller: Caller, command: ListWebhooks) -> list[Webhook]:
        """Without their tokens."""
        await self._managed(caller, command.channel_id)
        found = await self._store.read(self._store.programs.list_webhooks(command.channel_id))
        self._require_managed(caller, command.channel_id)  # a kick during the read must win
        return found

    async def update(self, caller: Caller, command: UpdateWebhook) -> Webhook:
        """Name, avatar, a new token."""
        old = await self._find(caller, command)
        token = self._ids.secret() if command.new_token else ""
        new = msgspec.structs.replace(old, **_changes(command))

        def prepare() -> Transaction[Webhook]:
            self._require_managed(caller, old.channel_id)
            place = old.server_id, "webhook.update", old.id
            told = {"name": new.name, "avatar_url": new.avatar_url, "new_token": bool(token)}
            note = self._journal.note(caller, *place, changes=told)
            return self._store.programs.update_webhook(new, _hash(token) if token else None, note)

        announce = self._ended if token else nothing
        stored = await self._store.write(prepare, announce, barrier=bool(token))
        return msgspec.structs.replace(stored, token=token)

    async def delete(self, caller: Caller, command: DeleteWebhook) -> None:
        """Its token ends, its messages stay."""
        old = await self._find(caller, command)

        def prepare() -> Transaction[None]:
            self._require_managed(caller, old.channel_id)
            place = old.server_id, "webhook.delete", old.id
            note = self._journal.note(caller, *place, changes={"name": old.name})
            return self._store.programs.delete_webhook(old, note)

        await self._store.write(prepare, self._ended, barrier=True)

    def _ended(self, _: object) -> Sequence[Publication]:
        """Nobody hears of it; but who has shown the old token and waits is asked again."""
        self._ends += 1
        return ()

    async def post(self, caller: Caller, command: PostWebhook) -> Sent:
        """A message by whoever has the token; it pings people by name, never roles or everybody."""
        self._rates.take(POSTS_OF_ADDRESS, "webhooks of", caller.address)
        ends = self._ends
        webhook = await self._authenticate(command)
        check_content(command.content)
        check_nonce(command.nonce)
        shown = webhook.name
        if command.name:
            shown = clean("username", command.name, DISPLAY_NAME_CHARS)
        avatar = check_url("avatar_url", command.avatar_url or webhook.avatar_url)
        extra = _extra(command, shown, avatar)
        room = await self._directory.room(webhook.channel_id)

        def admit() -> None:
            require_there(room)
            if ends != self._ends:
                raise unavailable("A webhook's token has just ended here; try again.")

        admit()
        self._rates.take(MESSAGES, "webhook", webhook.id)
        author = User(UserId(webhook.id), shown, shown, webhook.created_at, is_bot=True)
        draft = Draft(
            MessageId(self._ids.next_id()),
            webhook.channel_id,
            author,
            command.content,
            self._clock.now_ms(),
            command.nonce,
            mentions=people_in(command.content, room),
            server_id=webhook.server_id,
            extra=extra,
        )
        return await self._store.append(draft, admit, sent)

    async def _authenticate(self, command: PostWebhook) -> Webhook:
        """An unknown webhook and a wrong token look the same."""
        found = await self._store.read(self._store.programs.get_webhook(command.webhook_id))
        expected = found[1] if found is not None else _hash("")
        fits = hmac.compare_digest(expected.encode(), _hash(command.token).encode())
        if found is None or not fits:
            raise not_found("webhook")
        return found[0]

    async def _managed(self, caller: Caller, channel_id: ChannelId) -> Room:
        room = await self.load_room(caller, channel_id)
        text_server(room)
        require_allowed(room, caller, MANAGE_WEBHOOKS)
        return room

    def _require_managed(self, caller: Caller, channel_id: ChannelId) -> None:
        require_allowed(self.known_room(caller, channel_id), caller, MANAGE_WEBHOOKS)

    async def _find(self, caller: Caller, command: UpdateWebhook | DeleteWebhook) -> Webhook:
        """Of whichever channel, where none is named; of channels that one may not see there is nothing."""
        found = await self._store.read(self._store.programs.get_webhook(command.webhook_id))
        if found is None or command.channel_id not in (None, found[0].channel_id):
            raise not_found("webhook")
        room = await self._directory.room(found[0].channel_id)
        if not room.permissions(caller.user_id):
            raise not_found("webhook")
        require_allowed(room, caller, MANAGE_WEBHOOKS)
        return found[0]


def require_there(room: Room) -> None:
    """That a server's channel is still one."""
    server = room.server
    if room.gone or server is None or server.gone or room.channel.id not in server.channels:
        raise not_found("channel")


def _extra(command: PostWebhook, shown: str, avatar: str) -> Extra:
    check_type(command.type)
    payload = None if command.payload is None else check_object("payload", command.payload)
    return Extra(command.type, payload, shown, avatar)


def _changes(command: UpdateWebhook) -> dict[str, object]:
    changes: dict[str, object] = {}
    if command.name is not None:
        changes["name"] = _check_name(command.name)
    if command.avatar_url is not None:
        changes["avatar_url"] = check_url("avatar_url", command.avatar_url)
    if not changes and not command.new_token:
        raise invalid("body", "give at least one of name, avatar_url, new_token")
    return changes


def _check_name(name: str) -> str:
    return clean("name", name, DISPLAY_NAME_CHARS)


def _hash(token: str) -> str:
    """Tokens are 256 random bits: a plain hash at rest is enough."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
