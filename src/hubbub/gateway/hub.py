"""This node's topic → sessions table."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hubbub.model.entities import User
from hubbub.model.ids import LoginId, ServerId, UserId
from hubbub.ports.dialect import Dialect

if TYPE_CHECKING:
    from hubbub.gateway.session import Session

K = TypeVar("K")
Group = dict["Session", None]  # a set that keeps its order


class Hub:
    """Sessions by topic and dialect, by user and by log-in.

    A session that is still catching up is *held*: it keeps what happens until its snapshot has been read.
    """

    def __init__(self) -> None:
        self._live: dict[str, dict[Dialect, Group]] = {}
        self._held: dict[str, Group] = {}
        self._users: dict[UserId, Group] = {}
        self._logins: dict[LoginId, Group] = {}

    # -- subscriptions ------------------------------------------------------------------------------

    def subscribe(self, session: "Session", topic: str) -> None:
        """From the next publication on. A session that ended while it waited for something is let go."""
        if topic in session.topics or session.closed:
            return
        session.topics.add(topic)
        if session.is_held:
            self._held.setdefault(topic, {})[session] = None
        else:
            self._live.setdefault(topic, {}).setdefault(session.dialect, {})[session] = None

    def join_as(self, session: "Session", other: "Session") -> None:
        """To all that another connection of the person hears."""
        session.shown, session.readable = dict(other.shown), dict(other.readable)
        for topic in tuple(other.topics):
            self.subscribe(session, topic)

    def unsubscribe(self, session: "Session", topic: str) -> None:
        """From now on."""
        if topic not in session.topics:
            return
        session.topics.discard(topic)
        _remove(self._held, topic, session)
        groups = self._live.get(topic)
        if groups is not None:
            _remove(groups, session.dialect, session)
            if not groups:
                del self._live[topic]

    def release(self, session: "Session") -> None:
        """The session has caught up: move its subscriptions from held to live."""
        for topic in session.topics:
            _remove(self._held, topic, session)
            self._live.setdefault(topic, {}).setdefault(session.dialect, {})[session] = None

    def live(self, topic: str) -> Mapping[Dialect, Collection["Session"]]:
        """Who gets frames, by dialect."""
        return self._live.get(topic, {})

    def held(self, topic: str) -> Iterable["Session"]:
        """Who keeps events for later."""
        return self._held.get(topic, ())

    def servers(self) -> list[ServerId]:
        """Those of whose members somebody is connected."""
        topics = {*self._live, *self._held}
        return [ServerId(int(t[7:])) for t in topics if t.startswith("server:")]

    def listening(self, topic: str) -> list["Session"]:
        """Who hears a topic, now or after catching up."""
        live = [s for group in self._live.get(topic, {}).values() for s in group]
        return live + list(self._held.get(topic, ()))

    def entered(self, topic: str) -> list["Session"]:
        """Who hears a channel because they have entered it, in dialects where one does."""
        groups = self._live.get(topic, {}).items()
        return [s for dialect, group in groups if not dialect.follows for s in group]

    # -- people -------------------------------------------------------------------------------------

    def add(self, session: "Session") -> None:
        """A session has signed in."""
        self._users.setdefault(session.caller.user_id, {})[session] = None
        if session.caller.login_id is not None:
            self._logins.setdefault(session.caller.login_id, {})[session] = None

    def drop(self, session: "Session") -> None:
        """A session has ended."""
        for topic in tuple(session.topics):
            self.unsubscribe(session, topic)
        if session.caller.user is not None:
            _remove(self._users, session.caller.user.id, session)
        self.drop_login(session)

    def drop_login(self, session: "Session") -> None:
        """A session no longer belongs to its device."""
        if session.caller.login_id is not None:
            _remove(self._logins, session.caller.login_id, session)

    def of_user(self, user_id: UserId) -> tuple["Session", ...]:
        """A person's sessions."""
        return tuple(self._users.get(user_id, ()))

    def of_login(self, login_id: LoginId) -> tuple["Session", ...]:
        """A device's sessions."""
        return tuple(self._logins.get(login_id, ()))

    def known(self) -> dict[LoginId, User]:
        """The devices with sessions, and who their people are taken to be."""
        return {login: next(iter(group)).caller.known for login, group in self._logins.items()}

    def guests(self) -> dict[UserId, User]:
        """The people with sessions who have no device, and who they are taken to be."""
        first = {user_id: next(iter(group)).caller for user_id, group in self._users.items()}
        return {user_id: c.known for user_id, c in first.items() if c.login_id is None}

    def is_online(self, user_id: UserId) -> bool:
        """Whether a person has a session that was heard from of late."""
        return any(not session.is_idle for session in self._users.get(user_id, ()))

    def sizes(self) -> dict[str, int]:
        """For metrics and for the test that everything settles to zero (T44)."""
        return {
            "topics": len(self._live) + len(self._held),
            "users": len(self._users),
            "logins": len(self._logins),
        }


def _remove(groups: dict[K, Group], key: K, session: "Session") -> None:
    group = groups.get(key)
    if group is not None:
        group.pop(session, None)
        if not group:
            del groups[key]
