"""What the gateway works with."""

import msgspec

from hubbub.gateway.fanout import Fanout
from hubbub.gateway.hub import Hub
from hubbub.gateway.presence import PresenceTracker
from hubbub.gateway.receipts import Receipts
from hubbub.gateway.recovery import Recovery
from hubbub.gateway.redelivery import Redelivery
from hubbub.gateway.viewers import Viewers
from hubbub.ports.clock import Clock
from hubbub.ports.ids import IdSource
from hubbub.ports.store import Store
from hubbub.services.directory import Directory
from hubbub.services.dispatch import Dispatch
from hubbub.services.guests import Guests
from hubbub.services.logins import Logins
from hubbub.services.members import Members


class Parts(msgspec.Struct, frozen=True):
    """One of each, for the whole node."""

    store: Store
    directory: Directory
    dispatch: Dispatch
    logins: Logins
    guests: Guests
    members: Members
    hub: Hub
    fanout: Fanout
    presence: PresenceTracker
    viewers: Viewers
    recovery: Recovery
    receipts: Receipts
    redelivery: Redelivery
    clock: Clock
    ids: IdSource
