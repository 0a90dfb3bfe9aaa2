"""What a client asks for of servers, in our words. None leaves a thing as it is; `reason` goes into the audit log."""

import msgspec

from hubbub.model.commands import Command
from hubbub.model.entities import Override
from hubbub.model.ids import (
    CategoryId,
    ChannelId,
    MessageId,
    RoleId,
    ServerId,
    UserId,
    WebhookId,
)
from hubbub.model.limits import MEMBERS_PAGE, PAGE_DEFAULT
from hubbub.model.permissions import ALL
from hubbub.model.servers import Notify


class InServer(Command, frozen=True):
    """`command`, where its channel is of this server; else there is no such channel. For paths that name both."""

    server_id: ServerId
    channel_id: ChannelId
    command: Command


# -- servers ------------------------------------------------------------------------------------------


class CreateServer(Command, frozen=True):
    """A server owned by the caller. `owner_role`: the name of a first role with all permissions, for the owner;
    `first_channel`: the name of a first channel; empty is none."""

    name: str
    icon: str = ""
    owner_role: str = ""
    first_channel: str = ""


class ListServers(Command, frozen=True):
    """The caller's servers, in the order in which they came to them → list[ServerView]."""


class GetServer(Command, frozen=True):
    """One of them → ServerView."""

    server_id: ServerId


class UpdateServer(Command, frozen=True):
    """Name and icon by MANAGE_SERVER; a new owner by the owner, to a member."""

    server_id: ServerId
    name: str | None = None
    icon: str | None = None
    owner_id: UserId | None = None
    reason: str = ""


class DeleteServer(Command, frozen=True):
    """By the owner."""

    server_id: ServerId


class ListAudit(Command, frozen=True):
    """MANAGE_SERVER; newest first; `before` is an entry's id → list[AuditEntry]."""

    server_id: ServerId
    before: int | None = None
    limit: int = PAGE_DEFAULT


# -- categories and channels: MANAGE_CHANNEL ----------------------------------------------------------


class CreateCategory(Command, frozen=True):
    """At the end, unless it has a position → Category."""

    server_id: ServerId
    name: str
    position: int | None = None


class UpdateCategory(Command, frozen=True):
    """`server_id` None: whichever it is of → Category."""

    category_id: CategoryId
    server_id: ServerId | None = None
    name: str | None = None
    position: int | None = None


class DeleteCategory(Command, frozen=True):
    """Its channels stay, under none."""

    category_id: CategoryId
    server_id: ServerId | None = None


class CreateChannel(Command, frozen=True):
    """A text channel, at the end unless it has a position → ChannelView. Changed with `UpdateChannel`, ended with
    `DeleteChannel`."""

    server_id: ServerId
    name: str
    description: str = ""
    category_id: CategoryId | None = None
    position: int | None = None
    slow_mode: int = 0
    overrides: tuple[Override, ...] = ()
    reason: str = ""


class ListServerChannels(Command, frozen=True):
    """Those that the caller may see, with their latest messages → list[ChannelDetail]."""

    server_id: ServerId


class SetOverrides(Command, frozen=True):
    """All overrides of a channel, by MANAGE_ROLES or MANAGE_CHANNEL there. Bits outside of `mask` stay as they
    are → Channel."""

    channel_id: ChannelId
    overrides: tuple[Override, ...]
    mask: int = ALL
    reason: str = ""


class PutOverride(Command, frozen=True):
    """One override of a channel; one that allows and denies nothing is none → Channel."""

    channel_id: ChannelId
    override: Override
    reason: str = ""


# -- roles: MANAGE_ROLES ------------------------------------------------------------------------------


class CreateRole(Command, frozen=True):
    """Below the caller's highest; with permissions that the caller has → Role."""

    server_id: ServerId
    name: str
    color: int = 0
    permissions: int = 0
    reason: str = ""


class UpdateRole(Command, frozen=True):
    """A role below the caller's highest. Bits outside of `mask` stay as they are → Role."""

    server_id: ServerId
    role_id: RoleId
    name: str | None = None
    color: int | None = None
    permissions: int | None = None
    mask: int = ALL
    reason: str = ""


class MoveRoles(Command, frozen=True):
    """New positions of some roles; all of them end up as 1, 2, 3 … in the order asked for → tuple[Role, ...]."""

    server_id: ServerId
    positions: tuple[tuple[RoleId, int], ...]
    reason: str = ""


class DeleteRole(Command, frozen=True):
    """Not the everyone role."""

    server_id: ServerId
    role_id: RoleId
    reason: str = ""


# -- members ------------------------------------------------------------------------------------------


class ListServerMembers(Command, frozen=True):
    """In the order of their ids; `after` is the last of the page before → list[tuple[ServerMember, User]]."""

    server_id: ServerId
    after: UserId | None = None
    limit: int = MEMBERS_PAGE


class GetServerMember(Command, frozen=True):
    """One → tuple[ServerMember, User]."""

    server_id: ServerId
    user_id: UserId


class UpdateServerMember(Command, frozen=True):
    """Nickname: one's own, or others' by MANAGE_ROLES; roles by MANAGE_ROLES, none that one lacks the power over;
    `notify`: one's own → tuple[ServerMember, User]."""

    server_id: ServerId
    user_id: UserId
    nickname: str | None = None
    role_ids: tuple[RoleId, ...] | None = None
    notify: Notify | None = None
    reason: str = ""


class RemoveServerMember(Command, frozen=True):
    """Leave (oneself; not the owner), kick (KICK_MEMBERS) or ban (BAN_MEMBERS; also who is no member)."""

    server_id: ServerId
    user_id: UserId
    ban: bool = False
    reason: str = ""


class ListBans(Command, frozen=True):
    """BAN_MEMBERS → list[Ban]."""

    server_id: ServerId


class Unban(Command, frozen=True):
    """BAN_MEMBERS."""

    server_id: ServerId
    user_id: UserId
    reason: str = ""


class SetNotify(Command, frozen=True):
    """What one wants to be told of a channel."""

    channel_id: ChannelId
    notify: Notify


class GetNotify(Command, frozen=True):
    """The same → Notify."""

    channel_id: ChannelId


class ListNotify(Command, frozen=True):
    """Of all channels where one has said so → dict[ChannelId, Notify]."""


class SetPreferences(Command, frozen=True):
    """What a person's clients want to remember for them: a JSON object, at most PAYLOAD_BYTES."""

    value: msgspec.Raw


class GetPreferences(Command, frozen=True):
    """The same → msgspec.Raw, `{}` where there are none."""


# -- invites ------------------------------------------------------------------------------------------


class CreateInvite(Command, frozen=True):
    """CREATE_INVITE. `expires_at` in milliseconds since 1970 → Invite."""

    server_id: ServerId
    expires_at: int | None = None
    max_uses: int = 0


class ListInvites(Command, frozen=True):
    """MANAGE_SERVER sees all, others their own → list[Invite]."""

    server_id: ServerId


class GetInvite(Command, frozen=True):
    """What is behind a code → InvitePreview. Unknown: Refused(not_found); expired or used up:
    Refused(forbidden)."""

    code: str


class AcceptInvite(Command, frozen=True):
    """Come in → ServerView. Who is in already costs the invite no use."""

    code: str


class RevokeInvite(Command, frozen=True):
    """One's own, or any by MANAGE_SERVER."""

    code: str


# -- webhooks and bots --------------------------------------------------------------------------------


class CreateWebhook(Command, frozen=True):
    """MANAGE_WEBHOOKS in the channel, as for all that follow → Webhook with its token."""

    channel_id: ChannelId
    name: str
    avatar_url: str = ""


class ListWebhooks(Command, frozen=True):
    """Without their tokens → list[Webhook]."""

    channel_id: ChannelId


class UpdateWebhook(Command, frozen=True):
    """→ Webhook, with a new token if it shall have one."""

    webhook_id: WebhookId
    name: str | None = None
    avatar_url: str | None = None
    new_token: bool = False
    channel_id: ChannelId | None = None


class DeleteWebhook(Command, frozen=True):
    """Its messages stay."""

    webhook_id: WebhookId
    channel_id: ChannelId | None = None


class PostWebhook(Command, frozen=True):
    """A message by whoever has the token; `name` and `avatar_url` instead of the webhook's own → Sent."""

    webhook_id: WebhookId
    token: str
    content: str
    name: str = ""
    avatar_url: str = ""
    nonce: str | None = None
    type: str = ""
    payload: msgspec.Raw | None = None


class CreateBot(Command, frozen=True):
    """→ Bot with its token, which does not expire. `similar`: as in `Register`."""

    username: str
    display_name: str = ""
    similar: bool = False


class ListBots(Command, frozen=True):
    """The caller's → list[Bot]."""


class ResetBot(Command, frozen=True):
    """A new token; the old one ends → Bot."""

    bot_id: UserId


class DeleteBot(Command, frozen=True):
    """It leaves all its servers, and its token ends."""

    bot_id: UserId


class AddBot(Command, frozen=True):
    """A bot into a server, by MANAGE_SERVER and its owner → tuple[ServerMember, User]."""

    server_id: ServerId
    bot_id: UserId


# -- pins ---------------------------------------------------------------------------------------------


class PinMessage(Command, frozen=True):
    """MANAGE_MESSAGES; admins in groups, both people in direct channels → Message."""

    channel_id: ChannelId
    message_id: MessageId


class UnpinMessage(Command, frozen=True):
    """As PinMessage → Message."""

    channel_id: ChannelId
    message_id: MessageId


class ListPins(Command, frozen=True):
    """The latest first → PinnedMessages."""

    channel_id: ChannelId
