"""Webhooks and bots."""

from typing import Final, Literal

from hubbub.dialects.native import server_render as sr
from hubbub.dialects.native import server_structs as ss
from hubbub.dialects.native import structs as s
from hubbub.dialects.native.operations.common import (
    CHANNEL,
    SERVER,
    UNKNOWN,
    channel,
    each,
    given,
    nothing,
    of,
    one,
    pair,
    server,
)
from hubbub.dialects.native.operations.messages import sent
from hubbub.dialects.native.operations.slack import post_slack
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.errors import Code
from hubbub.model.ids import UserId, WebhookId
from hubbub.wire import fields
from hubbub.wire.rest import PLAIN_TEXT, Args
from hubbub.wire.rest import Operation as Op

_WEBHOOKS: Final = CHANNEL + "/webhooks"
_WEBHOOK: Final = "/webhooks/{webhook_id}"
_POST: Final = _WEBHOOK + "/{webhook_token}"
_BOT: Final = "/bots/{bot_id}"


def _webhook(a: Args) -> WebhookId:
    return fields.webhook_id(a.path["webhook_id"])


def _bot(a: Args) -> UserId:
    return fields.user_id(a.path["bot_id"], "bot_id")


def _create(a: Args) -> c.Command:
    b = of(a.body, ss.WebhookIn)
    return sc.CreateWebhook(channel(a), b.name, b.avatar_url)


def _update(a: Args) -> c.Command:
    found = given(of(a.body, ss.WebhookPatch), "name", "avatar_url", "new_token")
    return sc.UpdateWebhook(_webhook(a), **found)


def _post(a: Args) -> c.Command:
    b = of(a.body, ss.WebhookPost)
    token = a.path["webhook_token"]
    return sc.PostWebhook(_webhook(a), token, b.content, b.username, b.avatar_url, b.nonce)


def _post_slack(a: Args) -> c.Command:
    return post_slack(_webhook(a), a.path["webhook_token"], of(a.body, ss.SlackPost))


def _create_bot(a: Args) -> c.Command:
    b = of(a.body, ss.BotIn)
    return sc.CreateBot(b.username, b.display_name)


def _ok(_: object) -> object:
    return "ok"


OPERATIONS: Final = (
    Op("POST", _WEBHOOKS, "Make a webhook; its token is shown this once.", _create,
       one(sr.webhook), 201, "webhooks", body=ss.WebhookIn, returns=ss.Webhook,
       refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("GET", _WEBHOOKS, "A channel's webhooks.", lambda a: sc.ListWebhooks(channel(a)),
       each(sr.webhook), 200, "webhooks", returns=list[ss.Webhook], refuses=UNKNOWN),
    Op("PATCH", _WEBHOOK, "Rename a webhook, give it another picture or token.", _update,
       one(sr.webhook), 200, "webhooks", body=ss.WebhookPatch, returns=ss.Webhook, refuses=UNKNOWN),
    Op("DELETE", _WEBHOOK, "Delete a webhook; its messages stay.",
       lambda a: sc.DeleteWebhook(_webhook(a)), nothing, 204, "webhooks", refuses=UNKNOWN),
    Op("POST", _POST, "Send a message, as whoever has the webhook's token.", _post, one(sent), 201,
       "webhooks", body=ss.WebhookPost, returns=s.Message, public=True, refuses=(Code.NOT_FOUND,)),
    Op("POST", _POST + "/slack", "The same, as Slack takes it; the answer is `ok`.", _post_slack,
       _ok, 200, "webhooks", body=ss.SlackPost, returns=Literal["ok"], public=True,
       refuses=(Code.NOT_FOUND,), media_type=PLAIN_TEXT, payload="payload"),
    Op("GET", "/bots", "One's bots.", lambda _: sc.ListBots(), each(sr.bot), 200, "bots",
       returns=list[ss.Bot], refuses=(Code.FORBIDDEN,)),
    Op("POST", "/bots", "Make a bot; its token is shown this once.", _create_bot, one(sr.bot), 201,
       "bots", body=ss.BotIn, returns=ss.Bot, refuses=(Code.CONFLICT, Code.FORBIDDEN)),
    Op("POST", _BOT + "/token", "Give a bot another token; the old one ends.",
       lambda a: sc.ResetBot(_bot(a)), one(sr.bot), 200, "bots", returns=ss.Bot,
       refuses=UNKNOWN),
    Op("DELETE", _BOT, "Delete a bot; its messages stay.", lambda a: sc.DeleteBot(_bot(a)), nothing,
       204, "bots", refuses=(*UNKNOWN, Code.CONFLICT)),
    Op("PUT", SERVER + _BOT, "Bring one's bot into a server.",
       lambda a: sc.AddBot(server(a), _bot(a)), pair(sr.member), 200, "bots",
       returns=ss.ServerMember, refuses=(*UNKNOWN, Code.CONFLICT)),
)  # fmt: skip
