"""Transactions on bots and webhooks."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from hubbub.model.entities import Account, User
from hubbub.model.errors import conflict, not_found
from hubbub.model.ids import ChannelId, ServerId, UserId, WebhookId
from hubbub.model.limits import BOTS, WEBHOOKS
from hubbub.model.servers import AuditEntry, Bot, Webhook
from hubbub.ports.transaction import Row
from hubbub.storage.accounts import AccountTables
from hubbub.storage.schema import users, webhooks
from hubbub.storage.server_rows import add_audit, insert_of
from hubbub.storage.servers import ServerTables
from hubbub.storage.sql import Statement, param
from hubbub.storage.transactions import N_USER, USER_COLUMNS, Steps, every, first, to_user

_COLUMNS = tuple(c for c in webhooks.c if c.name != "token_hash")
_GET = Statement(
    sa.select(*_COLUMNS, webhooks.c.token_hash).where(webhooks.c.id == param("webhook"))
)
_LIST = Statement(
    sa.select(*_COLUMNS)
    .where(webhooks.c.channel_id == param("channel"))
    .order_by(webhooks.c.created_at, webhooks.c.id)
)
_INSERT = insert_of(webhooks)
_UPDATE = Statement(
    webhooks.update()
    .where(webhooks.c.id == param("webhook"))
    .values({c: param(c) for c in ("name", "avatar_url")})
    .returning(webhooks.c.id)
)
_RENAME = Statement(
    users.update()
    .where(users.c.id == param("webhook"))
    .values(username=param("name"), display_name=param("name"))
)
_SET_TOKEN = Statement(
    webhooks.update().where(webhooks.c.id == param("webhook")).values(token_hash=param("hash"))
)
_DELETE = Statement(
    webhooks.delete().where(webhooks.c.id == param("webhook")).returning(webhooks.c.id)
)

_BOTS = sa.select(*USER_COLUMNS, users.c.owner_id).where(users.c.kind == "bot")
_GET_BOT = Statement(_BOTS.where(users.c.id == param("bot"), users.c.owner_id.is_not(None)))
_LIST_BOTS = Statement(
    _BOTS.where(users.c.owner_id == param("owner")).order_by(users.c.created_at, users.c.id)
)
_END_BOT = Statement(
    users.update().where(users.c.id == param("bot")).values(disabled=True, owner_id=sa.null())
)


class ProgramTables:
    """The transactions behind the port of the same name."""

    def __init__(self, accounts: AccountTables, servers: ServerTables) -> None:
        self._accounts = accounts
        self._servers = servers

    def add_webhook(
        self, webhook: Webhook, token_hash: str, audit: Sequence[AuditEntry] = ()
    ) -> Steps[Webhook]:
        """With a user that nobody finds or signs in as."""
        if len((yield from self.list_webhooks(webhook.channel_id))) >= WEBHOOKS:
            raise conflict(f"A channel may have {WEBHOOKS} webhooks; delete one first.")
        user = User(UserId(webhook.id), webhook.name, webhook.name, webhook.created_at)
        # No name has an @: several webhooks may be called the same, and none takes a person's name.
        yield self._accounts.insert(Account(user, None, None), f"@{webhook.id}", "webhook")
        values = {c.name: getattr(webhook, c.name) for c in _COLUMNS}
        yield _INSERT(**values, token_hash=token_hash)
        yield from add_audit(webhook.server_id, audit)
        return webhook

    def get_webhook(self, webhook_id: WebhookId) -> Steps[tuple[Webhook, str] | None]:
        """With the hash of its token."""
        return first(_GET(webhook=webhook_id), lambda row: (_to_webhook(row[:-1]), str(row[-1])))

    def list_webhooks(self, channel_id: ChannelId) -> Steps[list[Webhook]]:
        """The oldest first."""
        return every(_LIST(channel=channel_id), _to_webhook)

    def update_webhook(
        self, webhook: Webhook, token_hash: str | None, audit: Sequence[AuditEntry] = ()
    ) -> Steps[Webhook]:
        """Name, address of the picture, and the token if there is a new one."""
        known = {"name": webhook.name, "avatar_url": webhook.avatar_url}
        if not (yield _UPDATE(webhook=webhook.id, **known)):
            raise not_found("webhook")
        yield _RENAME(webhook=webhook.id, name=webhook.name)
        if token_hash is not None:
            yield _SET_TOKEN(webhook=webhook.id, hash=token_hash)
        yield from add_audit(webhook.server_id, audit)
        return webhook

    def delete_webhook(self, webhook: Webhook, audit: Sequence[AuditEntry] = ()) -> Steps[None]:
        """Its user stays, as the author of its messages."""
        if not (yield _DELETE(webhook=webhook.id)):
            raise not_found("webhook")
        yield from add_audit(webhook.server_id, audit)

    # -- bots ---------------------------------------------------------------------------------------

    def add_bot(self, user: User, owner_id: UserId) -> Steps[Bot]:
        """As a person is added, but without a password."""
        if len((yield from self.list_bots(owner_id))) >= BOTS:
            raise conflict(f"A person may have {BOTS} bots; delete one first.")
        yield from self._accounts.add_bot(user, owner_id)
        return Bot(msgspec.structs.replace(user, is_bot=True), owner_id)

    def get_bot(self, bot_id: UserId) -> Steps[Bot | None]:
        """None for a person, and for a bot that has been deleted."""
        return first(_GET_BOT(bot=bot_id), _to_bot)

    def list_bots(self, owner_id: UserId) -> Steps[list[Bot]]:
        """The oldest first."""
        return every(_LIST_BOTS(owner=owner_id), _to_bot)

    def delete_bot(self, bot_id: UserId) -> Steps[list[tuple[ServerId, int]]]:
        """Refused(not_found) for what is no bot."""
        if (yield from self.get_bot(bot_id)) is None:
            raise not_found("bot")
        yield _END_BOT(bot=bot_id)
        yield from self._accounts.revoke_logins(bot_id, None, None)
        left: list[tuple[ServerId, int]] = []
        for server_id in (yield from self._servers.list_ids(bot_id)):
            _, _, version = yield from self._servers.remove_member(server_id, bot_id, None)
            left.append((server_id, version))
        return left


def _to_webhook(row: Row) -> Webhook:
    return Webhook(*row)  # type: ignore[arg-type]  # rows are untyped; columns and fields are in one order


def _to_bot(row: Row) -> Bot:
    return Bot(to_user(row[:N_USER]), UserId(row[N_USER]))  # type: ignore[arg-type]  # an integer column
