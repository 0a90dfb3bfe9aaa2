"""Command → service: checks common to all, then one row of a table."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from hubbub.model import commands as c
from hubbub.model.errors import unauthorized, unavailable
from hubbub.ports.presence import Presence
from hubbub.services.accounts import Accounts
from hubbub.services.channels import Channels
from hubbub.services.images import Images
from hubbub.services.logins import Logins
from hubbub.services.members import Members
from hubbub.services.messages import Messages
from hubbub.services.rates import COMMANDS, Rates
from hubbub.services.reactions import Reactions
from hubbub.services.reads import Reads
from hubbub.services.relationships import Relationships

C = TypeVar("C", bound=c.Command)
Handler = Callable[[c.Caller, C], Awaitable[object]]


class Services(msgspec.Struct, frozen=True):
    """Everything that can be asked for."""

    accounts: Accounts
    logins: Logins
    channels: Channels
    members: Members
    messages: Messages
    reactions: Reactions
    reads: Reads
    presence: Presence
    images: Images
    relationships: Relationships


class Row(msgspec.Struct, frozen=True):
    """How a command is carried out.

    `public`: without signing in. `pipelined`: the next command of its connection need not wait for it.
    `writes`: refused while the server drains.
    """

    handler: Callable[[c.Caller, c.Command], Awaitable[object]]
    public: bool = False
    pipelined: bool = False
    writes: bool = True


def _row(handler: Handler[C], **flags: bool) -> Row:
    # The table is keyed by command type, so each handler gets the type that it declares.
    return Row(handler, **flags)  # type: ignore[arg-type]  # as above


def table(s: Services) -> dict[type[c.Command], Row]:
    """All commands that services carry out; those of the connection itself are the gateway's."""
    return {
        c.Register: _row(s.accounts.register, public=True),
        c.SignIn: _row(s.accounts.sign_in, public=True),
        c.Refresh: _row(s.logins.refresh, public=True),
        c.SignOut: _row(s.logins.sign_out),
        c.ListLogins: _row(s.logins.list_all, writes=False),
        c.RevokeLogin: _row(s.logins.revoke),
        c.ChangePassword: _row(s.accounts.change_password),
        c.ClaimAdmin: _row(s.accounts.claim_admin),
        c.GetUser: _row(s.accounts.get_user, writes=False),
        c.UpdateProfile: _row(s.accounts.update_profile),
        c.SearchUsers: _row(s.accounts.search, writes=False),
        c.GetPresence: _row(s.presence.get, writes=False),
        c.CreateGroup: _row(s.channels.create_group),
        c.OpenDirect: _row(s.channels.open_direct),
        c.ListChannels: _row(s.channels.list_all, writes=False),
        c.ListDetails: _row(s.channels.list_details, writes=False),
        c.FindGroups: _row(s.channels.find, writes=False),
        c.BrowseChannels: _row(s.channels.browse, writes=False),
        c.GetChannel: _row(s.channels.get, writes=False),
        c.UpdateChannel: _row(s.channels.update),
        c.DeleteChannel: _row(s.channels.delete),
        c.ListMembers: _row(s.members.list_all, writes=False),
        c.AddMember: _row(s.members.add),
        c.RemoveMember: _row(s.members.remove),
        c.SendMessage: _row(s.messages.send, pipelined=True),
        c.EditMessage: _row(s.messages.edit),
        c.RecallMessage: _row(s.messages.recall),
        c.AddReaction: _row(s.reactions.add),
        c.RemoveReaction: _row(s.reactions.remove),
        c.GetMessage: _row(s.messages.get, writes=False),
        c.PostImage: _row(s.images.post),
        c.GetImage: _row(s.images.get, writes=False),
        c.SetUserImage: _row(s.images.set_own),
        c.GetUserImage: _row(s.images.get_of, writes=False),
        c.History: _row(s.messages.history, writes=False),
        c.MarkRead: _row(s.reads.mark_read, pipelined=True),
        c.MarkDelivered: _row(s.reads.mark_delivered, pipelined=True),
        c.ListUnread: _row(s.reads.list_unread, writes=False),
        c.Typing: _row(s.reads.typing, pipelined=True, writes=False),
        c.ListRelationships: _row(s.relationships.list_all, writes=False),
        c.ListRequests: _row(s.relationships.list_requests, writes=False),
        c.RequestFriend: _row(s.relationships.request),
        c.AnswerFriend: _row(s.relationships.answer),
        c.RemoveFriend: _row(s.relationships.remove),
        c.Block: _row(s.relationships.block),
        c.Unblock: _row(s.relationships.unblock),
        c.EndRelationship: _row(s.relationships.end),
    }


class Dispatch:
    """The one door to the services, for every transport."""

    def __init__(self, services: Services, rates: Rates) -> None:
        self._rows = table(services)
        self._rates = rates
        self.draining = False

    def row(self, command: c.Command) -> Row:
        """How a command is carried out."""
        return self._rows[type(command)]

    def handle(self, caller: c.Caller, command: c.Command) -> Awaitable[object]:
        """Starts a command; refuses at once what needs no service to refuse."""
        row = self._rows[type(command)]
        if self.draining and row.writes:
            raise unavailable("The server is restarting; try again in a moment.")
        if not row.public:
            if caller.user is None:
                raise unauthorized()
            self._rates.take(COMMANDS, "commands", caller.user.id)
        return row.handler(caller, command)
