"""Group commit (docs/design.md, decision 1): what shares a transaction, what ends one, what a refusal leaves."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from hubbub.model.commands import History
from hubbub.model.entities import Draft, Sent
from hubbub.model.errors import Code, Refused, forbidden
from hubbub.model.events import MessageSent, Publication, UserUpdated
from hubbub.model.ids import MessageId
from hubbub.ports.store import Transaction, nothing, settled
from hubbub.storage.appender import BATCH
from unit.storage.conftest import ANN, ROOM, Opened

_ids = itertools.count(1_000)


def _draft(content: str = "hello", nonce: str | None = None, reply_to: int | None = None) -> Draft:
    parent = None if reply_to is None else MessageId(reply_to)
    return Draft(MessageId(next(_ids)), ROOM, ANN, content, 5, nonce, parent)


def _announce(sent: Sent) -> Sequence[Publication]:
    event = MessageSent(ROOM, sent.message.version, sent.message)
    return () if sent.duplicate else (Publication("channel:500", event),)


def _append(opened: Opened, draft: Draft) -> "asyncio.Task[Sent]":
    store = opened.store
    return asyncio.ensure_future(store.append(draft, lambda: None, _announce))


async def _history(opened: Opened) -> list[str]:
    page = await opened.store.read(opened.store.messages.page(History(ROOM, limit=100)))
    return [m.content for m in reversed(page.messages)]


async def test_drafts_that_wait_share_one_commit_and_one_publication(opened: Opened) -> None:
    before = opened.store.commits
    opened.commits.clear()
    sent = await asyncio.gather(*(_append(opened, _draft(str(n))) for n in range(64)))
    await opened.store.close()
    assert opened.store.commits - before == 1
    assert [len(c) for c in opened.commits] == [64]
    assert [s.message.seq for s in sent] == list(range(1, 65))


async def test_drafts_that_come_during_a_commit_share_the_next(opened: Opened) -> None:
    before = opened.store.commits
    first = _append(opened, _draft("first"))
    for _ in range(3):  # until the first has been handed to the writer
        await asyncio.sleep(0)
    rest = [_append(opened, _draft(str(n))) for n in range(10)]
    await asyncio.gather(first, *rest)
    assert opened.store.commits - before == 2


async def test_more_than_a_batch_is_committed_in_several_without_loss(opened: Opened) -> None:
    before = opened.store.commits
    sent = await asyncio.gather(*(_append(opened, _draft()) for _ in range(BATCH + 1)))
    assert opened.store.commits - before == 2
    assert [s.message.seq for s in sent] == list(range(1, BATCH + 2))


async def test_order_of_drafts_and_writes_in_one_commit_is_the_order_asked(opened: Opened) -> None:
    opened.commits.clear()
    note = Publication("user:1", UserUpdated(ANN))
    one = _append(opened, _draft("a"))
    write = asyncio.ensure_future(opened.store.write(lambda: settled(1), lambda _: [note]))
    two = _append(opened, _draft("b"))
    await asyncio.gather(one, write, two)
    await opened.store.close()
    kinds = [type(p.event).__name__ for c in opened.commits for p in c]
    assert kinds == ["MessageSent", "UserUpdated", "MessageSent"]
    assert (one.result().message.seq, two.result().message.seq) == (1, 2)
    assert len(opened.commits) == 1


async def test_barrier_ends_its_transaction_and_is_published_before_the_next_is_admitted(
    opened: Opened,
) -> None:
    is_barred = False

    def bar(_: object) -> Sequence[Publication]:
        nonlocal is_barred
        is_barred = True
        return ()

    def admit() -> None:
        if is_barred:
            raise forbidden("barred")

    before = opened.store.commits
    results = await asyncio.gather(
        opened.store.append(_draft("before"), admit, _announce),
        opened.store.write(lambda: settled(None), bar, barrier=True),
        opened.store.append(_draft("behind"), admit, _announce),
        return_exceptions=True,
    )
    assert isinstance(results[0], Sent)
    assert isinstance(results[2], Refused)
    assert results[2].code is Code.FORBIDDEN
    assert opened.store.commits - before == 1
    assert await _history(opened) == ["before"]


async def test_draft_that_comes_while_a_barrier_is_flushed_is_asked_again(opened: Opened) -> None:
    """What it was admitted by is what was true before the barrier: memory hears of it later."""
    is_barred = False

    def publish(_: object) -> None:
        nonlocal is_barred
        is_barred = True

    def admit() -> None:
        if is_barred:
            raise forbidden("barred")

    opened.store._appender._publish = publish
    change = Publication("user:1", UserUpdated(ANN))
    barrier = asyncio.ensure_future(
        opened.store.write(lambda: settled(None), lambda _: [change], barrier=True)
    )
    await asyncio.sleep(0)  # one turn: handed to the writer, whose answer is not heard yet
    assert opened.store._appender._in_flight
    with pytest.raises(Refused):
        await opened.store.append(_draft("meanwhile"), admit, _announce)
    await barrier
    assert await _history(opened) == []


async def test_write_without_barrier_asks_nobody_again(opened: Opened) -> None:
    asked = 0

    def admit() -> None:
        nonlocal asked
        asked += 1

    await asyncio.gather(
        opened.store.write(lambda: settled(None), nothing),
        opened.store.append(_draft(), admit, _announce),
    )
    assert asked == 0


async def test_refused_write_leaves_nothing_and_the_others_of_its_commit_stand(
    opened: Opened,
) -> None:
    def half_done() -> Transaction[None]:
        yield from opened.store.accounts.update_user(ANN.id, display_name="half")
        raise forbidden("on second thoughts")

    before = opened.store.commits
    results = await asyncio.gather(
        _append(opened, _draft("one")),
        opened.store.write(half_done, nothing),
        _append(opened, _draft("two")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Refused)
    assert await _history(opened) == ["one", "two"]
    found = await opened.store.read(opened.store.accounts.get_user(ANN.id))
    assert found == ANN
    assert opened.store.commits - before == 1


async def test_refused_draft_takes_no_seq_and_its_neighbours_stand(opened: Opened) -> None:
    results = await asyncio.gather(
        _append(opened, _draft("one")),
        _append(opened, _draft("lost", reply_to=404)),
        _append(opened, _draft("two")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Refused)
    assert results[1].field == "reply_to"
    sent = [r.message.seq for r in results if isinstance(r, Sent)]
    assert sent == [1, 2]


async def test_write_that_can_not_be_prepared_fails_alone(opened: Opened) -> None:
    def broken() -> Transaction[None]:
        raise ZeroDivisionError

    results = await asyncio.gather(
        opened.store.write(broken, nothing), _append(opened, _draft()), return_exceptions=True
    )
    assert isinstance(results[0], ZeroDivisionError)
    assert isinstance(results[1], Sent)


async def test_broken_write_does_not_end_the_writer(opened: Opened) -> None:
    def broken() -> Transaction[None]:
        yield from opened.store.accounts.update_user(ANN.id, display_name="half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await opened.store.write(broken, nothing)
    assert (await _append(opened, _draft("after"))).message.seq == 1
    assert await opened.store.read(opened.store.accounts.get_user(ANN.id)) == ANN


async def test_acks_run_before_the_publication_of_their_commit(opened: Opened) -> None:
    opened.order.clear()
    tasks = [_append(opened, _draft()) for _ in range(5)]
    futures = [opened.store._appender.append(_draft(), lambda: None, _announce) for _ in range(5)]
    for future in futures:
        future.add_done_callback(lambda _: opened.order.append("acked"))
    await asyncio.gather(*tasks, *futures)
    await opened.store.close()
    assert opened.order == ["acked"] * 5 + ["published"]


async def test_publication_is_only_of_what_is_on_disk(opened: Opened) -> None:
    """A second connection to the file sees a message when it is published."""
    import apsw

    other = apsw.Connection(str(opened.path), flags=apsw.SQLITE_OPEN_READONLY)
    counted: list[object] = []
    record = opened.store._appender._publish

    def publish(publications: Sequence[Publication]) -> None:
        counted.append(other.execute("select count(*) from messages").fetchone())
        record(publications)

    opened.store._appender._publish = publish
    await asyncio.gather(*(_append(opened, _draft()) for _ in range(3)))
    await opened.store.close()
    other.close()
    assert counted == [(3,)]


async def test_cancelled_sender_leaves_the_message_and_harms_nobody(opened: Opened) -> None:
    gone, stays = _append(opened, _draft("gone")), _append(opened, _draft("stays"))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).message.content == "stays"
    assert await _history(opened) in (["gone", "stays"], ["stays"])
    assert (await _append(opened, _draft("next"))).message.content == "next"


async def test_duplicate_is_answered_with_the_first_and_not_published(opened: Opened) -> None:
    opened.commits.clear()
    first, again = await asyncio.gather(
        _append(opened, _draft("one", "n")), _append(opened, _draft("two", "n"))
    )
    later = await _append(opened, _draft("three", "n"))
    await opened.store.close()
    assert [first.duplicate, again.duplicate, later.duplicate] == [False, True, True]
    assert {s.message.id for s in (first, again, later)} == {first.message.id}
    assert sum(len(c) for c in opened.commits) == 1


async def test_drain_returns_when_all_that_was_queued_is_published(opened: Opened) -> None:
    opened.commits.clear()
    tasks = [_append(opened, _draft()) for _ in range(20)]
    await asyncio.sleep(0)
    await opened.store._appender.drain()
    assert sum(len(c) for c in opened.commits) == 20
    assert all(t.done() for t in tasks)
