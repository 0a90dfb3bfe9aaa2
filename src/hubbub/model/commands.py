"""What a client asks for, in our words. Codecs make these; services/dispatch.py carries them out."""

import msgspec

from hubbub.model.caller import Caller as Caller
from hubbub.model.caller import Command as Command
from hubbub.model.connection_commands import Confirm as Confirm
from hubbub.model.connection_commands import Connect as Connect
from hubbub.model.connection_commands import EnterChannel as EnterChannel
from hubbub.model.connection_commands import Goodbye as Goodbye
from hubbub.model.connection_commands import Heartbeat as Heartbeat
from hubbub.model.entities import GroupRole, Status
from hubbub.model.ids import CategoryId, ChannelId, LoginId, MessageId, UserId
from hubbub.model.limits import MEMBERS_PAGE, PAGE_DEFAULT
from hubbub.model.relationship_commands import AnswerFriend as AnswerFriend
from hubbub.model.relationship_commands import Block as Block
from hubbub.model.relationship_commands import EndRelationship as EndRelationship
from hubbub.model.relationship_commands import ListRelationships as ListRelationships
from hubbub.model.relationship_commands import ListRequests as ListRequests
from hubbub.model.relationship_commands import RemoveFriend as RemoveFriend
from hubbub.model.relationship_commands import RequestFriend as RequestFriend
from hubbub.model.relationship_commands import Unblock as Unblock

# -- accounts -----------------------------------------------------------------------------------------


class Register(Command, frozen=True):
    """Make an account and sign in. `similar`: where the name is taken, one that is like it will do."""

    username: str
    password: str
    email: str | None = None
    display_name: str | None = None
    label: str = ""
    lasting: bool = False  # an access token for clients that can't renew one; also of SignIn
    similar: bool = False


class SignIn(Command, frozen=True):
    """Sign in by user name or e-mail."""

    login: str
    password: str
    label: str = ""
    lasting: bool = False


class Refresh(Command, frozen=True):
    """Change a refresh token for a new pair; each works once. `lasting` as in Register.

    Who asks again with the same `nonce`, because no answer came, gets the same token again.
    """

    refresh_token: str
    lasting: bool = False
    nonce: str | None = None


class SignOut(Command, frozen=True):
    """End this device's log-in."""


class ListLogins(Command, frozen=True):
    """One's signed-in devices."""


class RevokeLogin(Command, frozen=True):
    """End one signed-in device, or all but this one."""

    login_id: LoginId | None


class ChangePassword(Command, frozen=True):
    """A new password; all other devices are signed out."""

    old_password: str
    new_password: str


class ClaimAdmin(Command, frozen=True):
    """Become the first administrator with the token that the server printed."""

    token: str


class EnterAsGuest(Command, frozen=True):
    """The guest of this name, who is made if there is nobody of that name yet."""

    username: str


class GetUser(Command, frozen=True):
    """A person; None means oneself."""

    user_id: UserId | None


class UpdateProfile(Command, frozen=True):
    """One's display name."""

    display_name: str


class SearchUsers(Command, frozen=True):
    """People whose user name starts with `prefix`; `within`: or has it anywhere; `shown`: or whose display name does."""

    prefix: str
    limit: int = 20
    within: bool = False
    shown: bool = False


class GetPresence(Command, frozen=True):
    """Who of these is online."""

    user_ids: tuple[UserId, ...]


# -- channels and members -----------------------------------------------------------------------------


class CreateGroup(Command, frozen=True):
    """A group, owned by the caller; `unique`: refused when another group has its name. `user_ids` are in it
    from the beginning. `guests`: whether guests may come in; None: where a guest makes it."""

    name: str
    description: str = ""
    private: bool = False
    unique: bool = False
    user_ids: tuple[UserId, ...] = ()
    guests: bool | None = None


class BrowseChannels(Command, frozen=True):
    """The caller's groups and the lobby, then the open groups that they could join."""


class OpenDirect(Command, frozen=True):
    """The one direct channel with a person, made if it was not there."""

    user_id: UserId


class AddContact(Command, frozen=True):
    """Be able to write to a person: opens the direct channel, or asks who does not take messages of guests."""

    user_id: UserId


class ListChannels(Command, frozen=True):
    """The caller's channels."""


class ListDetails(Command, frozen=True):
    """The caller's channels with their people and latest messages; or one of them."""

    channel_id: ChannelId | None = None


class FindGroups(Command, frozen=True):
    """Open groups that the caller is not in, by the start of their name; `within`: or any part of it."""

    prefix: str = ""
    within: bool = False


class GetChannel(Command, frozen=True):
    """One channel."""

    channel_id: ChannelId


class ReadGroup(Command, frozen=True):
    """A group with its people, as `GroupDetail`."""

    channel_id: ChannelId


class UpdateChannel(Command, frozen=True):
    """A new name, description, openness or owner; None leaves a thing as it is. `category_id`, `position` and
    `slow_mode` are of text channels; `NO_CATEGORY` puts one under none. `guests` is of groups."""

    channel_id: ChannelId
    name: str | None = None
    description: str | None = None
    private: bool | None = None
    owner_id: UserId | None = None
    category_id: CategoryId | None = None
    position: int | None = None
    slow_mode: int | None = None
    guests: bool | None = None


class DeleteChannel(Command, frozen=True):
    """End a group."""

    channel_id: ChannelId


class ListMembers(Command, frozen=True):
    """A channel's members in the order in which they came, active ones unless asked otherwise; `after` is the last
    of the page before."""

    channel_id: ChannelId
    status: Status = Status.ACTIVE
    after: UserId | None = None
    limit: int = MEMBERS_PAGE


class AddMember(Command, frozen=True):
    """Join (oneself), add or approve (others); with `role`, promote or demote."""

    channel_id: ChannelId
    user_id: UserId
    role: GroupRole | None = None


class RemoveMember(Command, frozen=True):
    """Leave (oneself), kick or ban (others); removing a banned person lifts the ban."""

    channel_id: ChannelId
    user_id: UserId
    ban: bool = False


# -- messages -----------------------------------------------------------------------------------------


class SendMessage(Command, frozen=True, gc=False):
    """Send; the same nonce again returns the first message. Services may give it its id, clients never.
    `type`, `payload`: see `Extra`. `mentions`: people whom the content does not name, where a dialect names them
    beside it."""

    channel_id: ChannelId
    content: str
    nonce: str | None = None
    reply_to: MessageId | None = None
    message_id: MessageId | None = None
    type: str = ""
    payload: msgspec.Raw | None = None
    mentions: tuple[UserId, ...] = ()


class SendDirect(Command, frozen=True, gc=False):
    """Send to a person: into the one direct channel with them, which is made if it was not there."""

    user_id: UserId
    content: str
    nonce: str | None = None
    reply_to: MessageId | None = None


class EditMessage(Command, frozen=True):
    """New content for one's own message."""

    channel_id: ChannelId
    message_id: MessageId
    content: str


class RecallMessage(Command, frozen=True):
    """Turn a message into a tombstone."""

    channel_id: ChannelId
    message_id: MessageId


class AddReaction(Command, frozen=True):
    """Put an emoji on a message; `only`: in place of all that the caller has put there."""

    channel_id: ChannelId
    message_id: MessageId
    emoji: str
    only: bool = False


class RemoveReaction(Command, frozen=True):
    """Take one's emoji back."""

    channel_id: ChannelId
    message_id: MessageId
    emoji: str


class GetMessage(Command, frozen=True):
    """One message."""

    channel_id: ChannelId
    message_id: MessageId


class History(Command, frozen=True):
    """A page, newest first; at most one of the four cursors, or `offset`: how many of the newest to pass over. `at`:
    around the first message of that moment or later, in milliseconds since 1970."""

    channel_id: ChannelId
    before: MessageId | None = None
    after: MessageId | None = None
    around: MessageId | None = None
    limit: int = PAGE_DEFAULT
    offset: int = 0
    at: int | None = None


class ReadConversation(Command, frozen=True):
    """A page of a chat as `Conversation`, newest first: of the group `channel_id`, or with the person `user_id`."""

    channel_id: ChannelId | None = None
    user_id: UserId | None = None
    before: MessageId | None = None
    limit: int = PAGE_DEFAULT
    offset: int = 0


class InDirect(Command, frozen=True):
    """`command`, in the direct channel with a person, whatever channel it names; there must be one."""

    user_id: UserId
    command: Command


class MarkRead(Command, frozen=True):
    """I have read up to `seq`, or up to a message."""

    channel_id: ChannelId
    seq: int = 0
    message_id: MessageId | None = None


class MarkDelivered(Command, frozen=True):
    """My device has received up to `seq`, or up to a message."""

    channel_id: ChannelId
    seq: int = 0
    message_id: MessageId | None = None


class ListUnread(Command, frozen=True):
    """What waits for the caller, behind a message, in some channels."""

    after: MessageId | None = None
    channel_ids: tuple[ChannelId, ...] | None = None


class Typing(Command, frozen=True):
    """I am typing, or no longer."""

    channel_id: ChannelId
    stopped: bool = False


# -- images -------------------------------------------------------------------------------------------


class PostImage(Command, frozen=True):
    """A message that shows an image; `path` is where clients will ask for it, with `{message_id}` in it."""

    channel_id: ChannelId
    content: bytes
    path: str


class GetImage(GetMessage, frozen=True):
    """The bytes that belong to a message."""


class SetUserImage(Command, frozen=True):
    """The caller's own picture."""

    content: bytes


class DropUserImage(Command, frozen=True):
    """No picture of the caller any more."""


class GetUserImage(Command, frozen=True):
    """A person's picture."""

    user_id: UserId
