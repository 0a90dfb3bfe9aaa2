"""Webhooks and bots."""

from typing import Final

from hubbub.dialects.mew import ids
from hubbub.dialects.mew import objects as o
from hubbub.dialects.mew import structs as s
from hubbub.dialects.mew.objects import DEFAULT_TYPE
from hubbub.dialects.mew.operations.common import (
    as_it_is,
    body,
    channel,
    here,
    nothing,
    patch,
    person,
    result,
    server,
    then,
    view,
    webhook,
)
from hubbub.dialects.mew.operations.members import Pair
from hubbub.dialects.mew.sending import nonce_of, pack, saying
from hubbub.model import commands as c
from hubbub.model import entities as m
from hubbub.model import server_commands as sc
from hubbub.model import servers as sv
from hubbub.model.errors import not_found
from hubbub.model.times import rfc3339
from hubbub.wire.fields import hex_id
from hubbub.wire.rest import Args, Operation


def _create(a: Args, b: s.WebhookIn) -> c.Command:
    return sc.CreateWebhook(channel(a), b.name, b.avatar_url or "")


def _update(a: Args, b: s.WebhookPatch) -> c.Command:
    return sc.UpdateWebhook(webhook(a), b.name, b.avatar_url, channel_id=channel(a))


def _renew(a: Args) -> c.Command:
    return sc.UpdateWebhook(webhook(a), new_token=True, channel_id=channel(a))


def _webhook(found: sv.Webhook) -> dict[str, object]:
    """Its token is there once."""
    since = rfc3339(found.created_at)
    shown: dict[str, object] = {
        "_id": hex_id(found.id),
        "name": found.name,
        "avatarUrl": found.avatar_url or None,
        "channelId": hex_id(found.channel_id),
        "serverId": hex_id(found.server_id),
        "createdAt": since,
        "updatedAt": since,
    }
    return shown | {"token": found.token} if found.token else shown


def _webhooks(found: list[sv.Webhook]) -> object:
    return [_webhook(one) for one in found]


def _post(a: Args, b: s.WebhookMessageIn) -> c.Command:
    payload = dict(b.payload or {})
    nonce, packed = nonce_of(payload.pop("clientNonce", None)), pack(payload)
    kind = "" if b.type in (None, DEFAULT_TYPE) else b.type or ""
    content = b.content or (saying(kind, None, packed) if kind else "")
    return sc.PostWebhook(
        webhook(a),
        a.path["token"],
        ids.mentions_in(content),
        b.username or "",
        b.avatar_url or "",
        nonce,
        kind,
        packed,
    )


def _posted(found: m.Sent) -> object:
    return o.message(found.message, found.nonce)


# -- bots ---------------------------------------------------------------------------------------------


def _new_bot(_: Args, b: s.NewBotIn) -> c.Command:
    return sc.CreateBot(b.name, b.name, similar=True)


def _bot(found: sv.Bot) -> dict[str, object]:
    """Its token is there once."""
    user = hex_id(found.user.id)
    shown: dict[str, object] = {
        "_id": user,
        "ownerId": hex_id(found.owner_id),
        "name": found.user.display_name,
        "botUserId": user,
        "createdAt": rfc3339(found.user.created_at),
    }
    return shown | {"accessToken": found.token} if found.token else shown


def _bots(found: list[sv.Bot]) -> object:
    return [_bot(one) for one in found]


def _one_bot(found: list[sv.Bot], a: Args) -> object:
    wanted = person(a)
    for one in found:
        if one.user.id == wanted:
            return _bot(one)
    raise not_found("bot")


def _added(found: tuple[sv.ServerView, Pair], a: Args) -> object:
    return o.member(*found[1], found[0].server, a.user_id)


def _add(found: sv.ServerView, a: Args) -> c.Command:
    return sc.AddBot(found.server.id, person(a))


_S: Final = "/servers/{server_id}"
_W: Final = _S + "/channels/{channel_id}/webhooks"
_B: Final = "/users/@me/bots"
OPERATIONS: Final = (
    Operation("GET", _W, "A channel's webhooks.", here(lambda a: sc.ListWebhooks(channel(a))),
              result(_webhooks)),
    Operation("POST", _W, "A new webhook.", here(body(_create)), result(_webhook), 201,
              body=s.WebhookIn),
    Operation("PATCH", _W + "/{webhook_id}", "Change a webhook.", here(patch(_update)),
              result(_webhook), body=s.WebhookPatch),
    Operation("POST", _W + "/{webhook_id}/token", "Another token for it.", here(_renew),
              result(_webhook)),
    Operation("DELETE", _W + "/{webhook_id}", "End a webhook.",
              here(lambda a: sc.DeleteWebhook(webhook(a), channel(a))), nothing, 204),
    Operation("POST", "/webhooks/{webhook_id}/{token}", "Post with a webhook's token.", body(_post),
              result(_posted), body=s.WebhookMessageIn, public=True),
    Operation("GET", _B, "One's bots.", lambda _: sc.ListBots(), result(_bots)),
    Operation("POST", _B, "A new bot.", body(_new_bot), result(_bot), 201, body=s.NewBotIn),
    Operation("GET", _B + "/{person_id}", "A bot.", lambda _: sc.ListBots(), as_it_is,
              view=view(_one_bot)),
    Operation("POST", _B + "/{person_id}/token", "Another token for it.",
              lambda a: sc.ResetBot(person(a)), result(_bot)),
    Operation("DELETE", _B + "/{person_id}", "End a bot.", lambda a: sc.DeleteBot(person(a)), nothing,
              204),
    Operation("POST", _S + "/bots/{person_id}", "Bring a bot in.",
              lambda a: sc.GetServer(server(a)), as_it_is, 201, then=then(_add), view=view(_added)),
    Operation("DELETE", _S + "/bots/{person_id}", "Take a bot out.",
              lambda a: sc.RemoveServerMember(server(a), person(a)), nothing, 204),
)  # fmt: skip
