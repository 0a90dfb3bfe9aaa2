"""The channel-log checker: what clients saw of a channel, held against what the server kept of it.

A test writes down every attempt before it leaves and every answer when it has come, with one clock. A
message is known by its nonce, which is also its content, so that it is the same thing in a send, in an ack,
on a listener's socket and in the final history. A timeout is no answer: it is not written down at all.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

Key = tuple[str, str]  # channel, nonce


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "an acked message is not in the history"
    DUPLICATE = "a nonce is twice in the history"
    PHANTOM = "the history has what nobody sent"
    REJECTED_BUT_STORED = "a refused message is in the history"
    SEQ_NOT_DENSE = "the history's seqs are not 1, 2, 3 …"
    ACK_DISAGREES = "two acks of one nonce name different messages"
    ACK_SEQ_WRONG = "an ack's seq or id is not that of the history"
    REALTIME_ORDER = "a message sent after another's ack stands before it"
    SENDER_FIFO = "two messages of one sender changed places"
    CLIENT_UNATTACHED = "a client got a message before it was told where it stands"
    CLIENT_SILENT_GAP = "a client missed messages and was not told"
    CLIENT_DUP = "a client got a message again, or an older one"
    CLIENT_CONTENT = "a client got other content than the history has"
    CLIENT_BEHIND = "a client stopped before the end"
    NODES_DISAGREE = "two nodes have different histories"


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong, and where."""

    kind: Kind
    channel: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind.name} in {self.channel}: {self.detail}"


@dataclass(frozen=True)
class Attempt:
    """A message leaves a sender, for the first time or again."""

    at: float
    sender: str
    channel: str
    nonce: str


@dataclass(frozen=True)
class Ack:
    """The server said that it is stored. Not every dialect tells the seq."""

    at: float
    channel: str
    nonce: str
    id: str
    seq: int | None = None


@dataclass(frozen=True)
class Rejection:
    """The server said that it is not stored, and the sender gave up."""

    channel: str
    nonce: str


@dataclass(frozen=True)
class Attach:
    """A client was told where it starts: it will get what comes after `seq`."""

    client: str
    channel: str
    seq: int


@dataclass(frozen=True)
class Gap:
    """A client was told that it cannot have what stands before `seq` and at it."""

    client: str
    channel: str
    seq: int


@dataclass(frozen=True)
class Receipt:
    """A client got a message, live or by catching up."""

    client: str
    channel: str
    seq: int
    nonce: str


@dataclass(frozen=True)
class Entry:
    """A message of the final history."""

    seq: int
    id: str
    nonce: str


@dataclass
class Log:
    """Everything that was written down. `finals` are histories by channel and node, oldest first;
    clients in `left` went away before the end."""

    attempts: list[Attempt] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    views: list[Attach | Gap | Receipt] = field(default_factory=list)
    finals: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)


@dataclass
class Tape(Log):
    """A log that is written while things happen, with the counts that tell whether a run proves anything."""

    on_wire: set[str] = field(default_factory=set)  # sent on a connection that still stands
    tries: Counter[str] = field(default_factory=Counter)
    acked: set[str] = field(default_factory=set)
    announced: int = 0  # retries that the server called duplicates
    resumes: int = 0
    limited: int = 0
    refused: list[str] = field(default_factory=list)  # positions that the server did not accept
    closes: Counter[tuple[int, str]] = field(default_factory=Counter)

    def attempt(self, sender: str, channel: str, nonce: str) -> None:
        """Before it leaves."""
        self.attempts.append(Attempt(time.monotonic(), sender, channel, nonce))
        self.tries[nonce] += 1
        self.on_wire.add(nonce)

    def answer(
        self, channel: str, nonce: str, identity: str, seq: int | None, *, duplicate: bool = False
    ) -> None:
        """When an ack has come."""
        self.acks.append(Ack(time.monotonic(), channel, nonce, identity, seq))
        self.acked.add(nonce)
        self.on_wire.discard(nonce)
        self.announced += duplicate and self.tries[nonce] > 1


def check(log: Log) -> list[Violation]:
    """All violations; none is what one wants. O(n log n)."""
    found = list(_acks_agree(log.acks))
    for channel, nodes in log.finals.items():
        histories = list(nodes.values())
        if any(other != histories[0] for other in histories[1:]):
            found.append(Violation(Kind.NODES_DISAGREE, channel, ", ".join(nodes)))
        found += _Channel(channel, log, histories[0]).check()
    return found


def _acks_agree(acks: Iterable[Ack]) -> Iterator[Violation]:
    ids: dict[Key, str] = {}
    for ack in acks:
        first = ids.setdefault((ack.channel, ack.nonce), ack.id)
        if first != ack.id:
            detail = f"{ack.nonce}: {first} and {ack.id}"
            yield Violation(Kind.ACK_DISAGREES, ack.channel, detail)


class _Channel:
    """One channel's part of a log. Of several attempts with one nonce the first counts."""

    def __init__(self, name: str, log: Log, history: list[Entry]) -> None:
        self._name = name
        self._history = history
        self._left = log.left
        self._stored = {entry.nonce: entry for entry in reversed(history)}
        self._sent: dict[str, Attempt] = {}
        for attempt in log.attempts:
            if attempt.channel == name:
                self._sent.setdefault(attempt.nonce, attempt)
        self._acked: dict[str, Ack] = {}
        for ack in log.acks:
            if ack.channel == name:
                self._acked.setdefault(ack.nonce, ack)
        self._rejected = {r.nonce for r in log.rejections if r.channel == name}
        self._views: dict[str, list[Attach | Gap | Receipt]] = defaultdict(list)
        for view in log.views:
            if view.channel == name:
                self._views[view.client].append(view)

    def check(self) -> Iterator[Violation]:
        yield from self._history_alone()
        yield from self._acks_against_history()
        yield from self._realtime_order()
        yield from self._sender_order()
        for client, views in self._views.items():
            yield from self._client(client, views)

    def _bad(self, kind: Kind, detail: str) -> Violation:
        return Violation(kind, self._name, detail)

    # -- what was stored ----------------------------------------------------------------------------

    def _history_alone(self) -> Iterator[Violation]:
        seqs = [entry.seq for entry in self._history]
        if seqs != list(range(1, len(seqs) + 1)):
            yield self._bad(Kind.SEQ_NOT_DENSE, _first_hole(seqs))
        seen: set[str] = set()
        for entry in self._history:
            if entry.nonce in seen:
                yield self._bad(Kind.DUPLICATE, f"{entry.nonce} again at {entry.seq}")
            elif entry.nonce not in self._sent:
                yield self._bad(Kind.PHANTOM, f"{entry.nonce} at {entry.seq}")
            elif entry.nonce in self._rejected and entry.nonce not in self._acked:
                yield self._bad(Kind.REJECTED_BUT_STORED, f"{entry.nonce} at {entry.seq}")
            seen.add(entry.nonce)

    def _acks_against_history(self) -> Iterator[Violation]:
        for nonce, ack in self._acked.items():
            entry = self._stored.get(nonce)
            if entry is None:
                yield self._bad(Kind.LOST, f"{nonce}, acked as {ack.seq}")
            elif entry.id != ack.id or ack.seq not in (None, entry.seq):
                said, is_ = f"{ack.seq} ({ack.id})", f"{entry.seq} ({entry.id})"
                yield self._bad(Kind.ACK_SEQ_WRONG, f"{nonce}: acked as {said}, is {is_}")

    def _sends(self) -> list[tuple[Attempt, int]]:
        """First attempts of what is stored, in the order of their times, with their seqs."""
        stored = self._stored
        found = [(a, stored[n].seq) for n, a in self._sent.items() if n in stored]
        return sorted(found, key=lambda pair: pair[0].at)

    def _realtime_order(self) -> Iterator[Violation]:
        """Linearizable append: ack(a) before send(b) means seq(a) < seq(b)."""
        stored = self._stored
        acks = sorted((a.at, stored[n].seq) for n, a in self._acked.items() if n in stored)
        passed = highest = 0
        for attempt, seq in self._sends():
            while passed < len(acks) and acks[passed][0] < attempt.at:
                highest = max(highest, acks[passed][1])
                passed += 1
            if seq <= highest:
                detail = f"{attempt.nonce} at {seq}, sent after the ack of {highest}"
                yield self._bad(Kind.REALTIME_ORDER, detail)

    def _sender_order(self) -> Iterator[Violation]:
        last: dict[str, int] = defaultdict(int)
        for attempt, seq in self._sends():
            if attempt.nonce not in self._acked:
                continue
            if seq < last[attempt.sender]:
                detail = f"{attempt.nonce} at {seq}, behind {last[attempt.sender]}"
                yield self._bad(Kind.SENDER_FIFO, detail)
            last[attempt.sender] = max(last[attempt.sender], seq)

    # -- what a client saw --------------------------------------------------------------------------

    def _client(self, client: str, views: list[Attach | Gap | Receipt]) -> Iterator[Violation]:
        contents = {entry.seq: entry.nonce for entry in self._history}
        at: int | None = None
        for view in views:
            if isinstance(view, Receipt):
                yield from self._receipt(view, at, contents)
                at = max(at or 0, view.seq)
            elif isinstance(view, Gap) or at is None:
                at = view.seq
        if client not in self._left and at is not None and at < len(self._history):
            yield self._bad(Kind.CLIENT_BEHIND, f"{client} at {at} of {len(self._history)}")

    def _receipt(
        self, got: Receipt, at: int | None, contents: dict[int, str]
    ) -> Iterator[Violation]:
        if at is None:
            yield self._bad(Kind.CLIENT_UNATTACHED, f"{got.client} got {got.seq}")
        elif got.seq <= at:
            yield self._bad(Kind.CLIENT_DUP, f"{got.client} got {got.seq} after {at}")
        elif got.seq > at + 1:
            yield self._bad(Kind.CLIENT_SILENT_GAP, f"{got.client} got {got.seq} after {at}")
        if contents.get(got.seq) != got.nonce:
            detail = f"{got.client} got {got.nonce} as {got.seq}, it is {contents.get(got.seq)}"
            yield self._bad(Kind.CLIENT_CONTENT, detail)


def _first_hole(seqs: list[int]) -> str:
    for wanted, seq in enumerate(seqs, 1):
        if seq != wanted:
            return f"{seq} where {wanted} should be"
    return ""


def report(violations: list[Violation], most: int = 20) -> str:
    """How many of each kind, and the first of them in full."""
    ordered = sorted(violations, key=lambda v: v.kind.name)
    counts = {kind: len(list(group)) for kind, group in groupby(ordered, lambda v: v.kind.name)}
    return "\n".join([f"{len(violations)} violations {counts}", *map(str, violations[:most])])
