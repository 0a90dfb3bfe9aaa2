"""Command → service: checks common to all, then one row of a table."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from hubbub.model import administration as ad
from hubbub.model import commands as c
from hubbub.model import server_commands as sc
from hubbub.model.errors import forbidden, unauthorized, unavailable
from hubbub.model.lens import LookAt
from hubbub.ports.presence import Presence
from hubbub.services.accounts import Accounts
from hubbub.services.bots import Bots
from hubbub.services.categories import Categories
from hubbub.services.channels import Channels
from hubbub.services.conversations import Conversations
from hubbub.services.directs import Directs
from hubbub.services.guests import Guests
from hubbub.services.images import Images
from hubbub.services.installation import Installation
from hubbub.services.invites import Invites
from hubbub.services.lens import Lens
from hubbub.services.logins import Logins
from hubbub.services.members import Members
from hubbub.services.messages import Messages
from hubbub.services.people import People
from hubbub.services.pins import Pins
from hubbub.services.preferences import Preferences
from hubbub.services.rates import COMMANDS, Rates
from hubbub.services.reactions import Reactions
from hubbub.services.reads import Reads
from hubbub.services.relationships import Relationships
from hubbub.services.roles import Roles
from hubbub.services.server_members import ServerMembers
from hubbub.services.servers import Servers
from hubbub.services.text_channels import TextChannels
from hubbub.services.webhooks import Webhooks

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
    servers: Servers
    categories: Categories
    text_channels: TextChannels
    roles: Roles
    server_members: ServerMembers
    invites: Invites
    webhooks: Webhooks
    bots: Bots
    pins: Pins
    preferences: Preferences
    guests: Guests
    directs: Directs
    conversations: Conversations
    lens: Lens
    people: People
    installation: Installation


class Row(msgspec.Struct, frozen=True):
    """How a command is carried out.

    `public`: without signing in. `people`: not by bots, so that a token of theirs that gets lost makes no more of
    them and binds nobody. `guests`: by guests too. `pipelined`: the next command of its connection need not wait for it.
    `writes`: refused while the server drains.
    """

    handler: Callable[[c.Caller, c.Command], Awaitable[object]]
    public: bool = False
    people: bool = False
    guests: bool = False
    pipelined: bool = False
    writes: bool = True


def _row(handler: Handler[C], **flags: bool) -> Row:
    # The table is keyed by command type, so each handler gets the type that it declares.
    return Row(handler, **flags)  # type: ignore[arg-type]  # as above


Table = dict[type[c.Command], Row]


def table(s: Services) -> Table:
    """All commands that services carry out; those of the connection itself are the gateway's."""
    return {
        **_accounts(s),
        **_channels(s),
        **_messages(s),
        **_relationships(s),
        **_servers(s),
        **_people_of_servers(s),
        **_programs(s),
        **_preferences(s),
        **_administration(s),
    }


def _accounts(s: Services) -> Table:
    return {
        c.Register: _row(s.accounts.register, public=True, people=True),
        c.SignIn: _row(s.accounts.sign_in, public=True, people=True),
        c.Refresh: _row(s.logins.refresh, public=True, people=True),
        c.SignOut: _row(s.logins.sign_out, people=True),
        c.ListLogins: _row(s.logins.list_all, writes=False),
        c.RevokeLogin: _row(s.logins.revoke, people=True),
        c.ChangePassword: _row(s.accounts.change_password, people=True),
        c.ClaimAdmin: _row(s.accounts.claim_admin, people=True),
        c.EnterAsGuest: _row(s.guests.enter, public=True),
        c.GetUser: _row(s.accounts.get_user, writes=False, guests=True),
        c.UpdateProfile: _row(s.accounts.update_profile),
        c.SearchUsers: _row(s.accounts.search, writes=False, guests=True),
        c.GetPresence: _row(s.presence.get, writes=False, guests=True),
        c.SetUserImage: _row(s.images.set_own),
        c.DropUserImage: _row(s.images.drop_own),
        c.GetUserImage: _row(s.images.get_of, writes=False),
    }


def _channels(s: Services) -> Table:
    return {
        c.CreateGroup: _row(s.channels.create_group, guests=True),
        c.OpenDirect: _row(s.channels.open_direct, guests=True),
        c.ListChannels: _row(s.channels.list_all, writes=False, guests=True),
        c.ListDetails: _row(s.channels.list_details, writes=False, guests=True),
        c.FindGroups: _row(s.channels.find, writes=False, guests=True),
        c.BrowseChannels: _row(s.channels.browse, writes=False),
        c.GetChannel: _row(s.channels.get, writes=False, guests=True),
        c.UpdateChannel: _row(s.channels.update),
        c.DeleteChannel: _row(s.channels.delete),
        c.ListMembers: _row(s.members.list_all, writes=False, guests=True),
        c.AddMember: _row(s.members.add, guests=True),
        c.RemoveMember: _row(s.members.remove, guests=True),
    }


def _messages(s: Services) -> Table:
    return {
        c.SendDirect: _row(s.directs.send, guests=True),
        c.AddContact: _row(s.directs.add, people=True, guests=True),
        c.ReadConversation: _row(s.conversations.read, writes=False, guests=True),
        c.ReadGroup: _row(s.conversations.read_group, writes=False, guests=True),
        c.SendMessage: _row(s.messages.send, pipelined=True, guests=True),
        c.EditMessage: _row(s.messages.edit, guests=True),
        c.RecallMessage: _row(s.messages.recall, guests=True),
        c.AddReaction: _row(s.reactions.add, guests=True),
        c.RemoveReaction: _row(s.reactions.remove, guests=True),
        c.GetMessage: _row(s.messages.get, writes=False, guests=True),
        c.PostImage: _row(s.images.post),
        c.GetImage: _row(s.images.get, writes=False),
        c.History: _row(s.messages.history, writes=False, guests=True),
        c.MarkRead: _row(s.reads.mark_read, pipelined=True, guests=True),
        c.MarkDelivered: _row(s.reads.mark_delivered, pipelined=True, guests=True),
        c.ListUnread: _row(s.reads.list_unread, writes=False, guests=True),
        c.Typing: _row(s.reads.typing, pipelined=True, writes=False, guests=True),
        sc.PinMessage: _row(s.pins.pin),
        sc.UnpinMessage: _row(s.pins.unpin),
        sc.ListPins: _row(s.pins.list_all, writes=False),
    }


def _relationships(s: Services) -> Table:
    return {
        c.ListRelationships: _row(s.relationships.list_all, writes=False, guests=True),
        c.ListRequests: _row(s.relationships.list_requests, writes=False, guests=True),
        c.RequestFriend: _row(s.relationships.request, people=True, guests=True),
        c.AnswerFriend: _row(s.relationships.answer, people=True, guests=True),
        c.RemoveFriend: _row(s.relationships.remove, guests=True),
        c.Block: _row(s.relationships.block, guests=True),
        c.Unblock: _row(s.relationships.unblock, guests=True),
        c.EndRelationship: _row(s.relationships.end),
    }


def _servers(s: Services) -> Table:
    return {
        sc.CreateServer: _row(s.servers.create, people=True),
        sc.ListServers: _row(s.servers.list_all, writes=False),
        sc.GetServer: _row(s.servers.get, writes=False),
        sc.UpdateServer: _row(s.servers.update),
        sc.DeleteServer: _row(s.servers.delete),
        sc.ListAudit: _row(s.servers.list_audit, writes=False),
        sc.CreateCategory: _row(s.categories.create),
        sc.UpdateCategory: _row(s.categories.update),
        sc.DeleteCategory: _row(s.categories.delete),
        sc.CreateChannel: _row(s.text_channels.create),
        sc.ListServerChannels: _row(s.text_channels.list_all, writes=False),
        sc.SetOverrides: _row(s.text_channels.set_overrides),
        sc.PutOverride: _row(s.text_channels.put_override),
        sc.CreateRole: _row(s.roles.create),
        sc.UpdateRole: _row(s.roles.update),
        sc.MoveRoles: _row(s.roles.move),
        sc.DeleteRole: _row(s.roles.delete),
    }


def _people_of_servers(s: Services) -> Table:
    return {
        sc.ListServerMembers: _row(s.server_members.list_all, writes=False),
        sc.GetServerMember: _row(s.server_members.get, writes=False),
        sc.UpdateServerMember: _row(s.server_members.update),
        sc.RemoveServerMember: _row(s.server_members.remove),
        sc.ListBans: _row(s.server_members.list_bans, writes=False),
        sc.Unban: _row(s.server_members.unban),
        sc.CreateInvite: _row(s.invites.create),
        sc.ListInvites: _row(s.invites.list_all, writes=False),
        sc.GetInvite: _row(s.invites.get, writes=False),
        sc.AcceptInvite: _row(s.invites.accept, people=True),
        sc.RevokeInvite: _row(s.invites.revoke),
    }


def _programs(s: Services) -> Table:
    return {
        sc.CreateWebhook: _row(s.webhooks.create),
        sc.ListWebhooks: _row(s.webhooks.list_all, writes=False),
        sc.UpdateWebhook: _row(s.webhooks.update),
        sc.DeleteWebhook: _row(s.webhooks.delete),
        sc.PostWebhook: _row(s.webhooks.post, public=True),
        sc.CreateBot: _row(s.bots.create, people=True),
        sc.ListBots: _row(s.bots.list_all, people=True, writes=False),
        sc.ResetBot: _row(s.bots.reset, people=True),
        sc.DeleteBot: _row(s.bots.delete, people=True),
        sc.AddBot: _row(s.bots.add, people=True),
    }


def _preferences(s: Services) -> Table:
    return {
        sc.SetNotify: _row(s.preferences.set_notify),
        sc.GetNotify: _row(s.preferences.get_notify, writes=False),
        sc.ListNotify: _row(s.preferences.list_notify, writes=False),
        sc.SetPreferences: _row(s.preferences.set_own),
        sc.GetPreferences: _row(s.preferences.get_own, writes=False),
    }


def _administration(s: Services) -> Table:
    return {
        LookAt: _row(s.lens.look_at, writes=False),
        ad.GetAbout: _row(s.installation.about, public=True, writes=False),
        ad.GetFigures: _row(s.installation.figures, people=True, writes=False),
        ad.ListSettings: _row(s.installation.settings, people=True, writes=False),
        ad.ListPeople: _row(s.people.list_all, people=True, writes=False),
        ad.UpdatePerson: _row(s.people.update, people=True),
        ad.SignOutPerson: _row(s.people.sign_out, people=True),
    }


class Dispatch:
    """The one door to the services, for every transport."""

    def __init__(self, services: Services, rates: Rates) -> None:
        self._rows = table(services)
        self._text_channels = services.text_channels
        self._directs = services.directs
        self._rates = rates
        self.draining = False

    def row(self, command: c.Command) -> Row:
        """How a command is carried out; of one in a server or with a person, the command itself."""
        # Found nearly always; `isinstance` takes four times as long.
        found = self._rows.get(type(command))
        return self._rows[type(_inner(command))] if found is None else found

    def handle(self, caller: c.Caller, command: c.Command) -> Awaitable[object]:
        """Starts a command; refuses at once what needs no service to refuse."""
        row = self.row(command)
        if self.draining and row.writes:
            raise unavailable("The server is restarting; try again in a moment.")
        if not row.public:
            if caller.user is None:
                raise unauthorized()
            self._rates.take(COMMANDS, "commands", caller.user.id)
        if row.people and caller.user is not None and caller.user.is_bot:
            raise forbidden("This is for people, not for bots.")
        if caller.user is not None and caller.user.is_guest and not row.guests:
            raise forbidden("This is not for guests; make an account.")
        if type(command) in self._rows:
            return row.handler(caller, command)
        return self._placed(row, caller, command)

    def resolved(self, caller: c.Caller, command: c.Command) -> c.Command:
        """What a command comes to, as far as memory knows."""
        if type(command) is c.SendDirect:
            return self._directs.resolved(caller, command)
        return command

    async def _placed(self, row: Row, caller: c.Caller, command: c.Command) -> object:
        """One that says where, rather than in which channel."""
        inner = _inner(command)
        if isinstance(command, sc.InServer):
            await self._text_channels.require_in(caller, command)
        elif isinstance(command, c.InDirect):
            inner = await self._directs.placed(caller, command)
        return await row.handler(caller, inner)


def _inner(command: c.Command) -> c.Command:
    return command.command if isinstance(command, (sc.InServer, c.InDirect)) else command
