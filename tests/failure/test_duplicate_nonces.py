"""T07: a send is idempotent for ever, over every transport and across a restart."""

from failure.scenarios import NONCE, one_nonce
from support.rest import sign_up
from support.server import RunningServer


async def test_t07_fifty_sends_with_one_nonce_store_one_message(
    fresh_server: RunningServer,
) -> None:
    assert await one_nonce(fresh_server) == []


def test_t07_the_same_nonce_of_another_author_is_another_message(
    server: RunningServer,
) -> None:
    anna, bert = sign_up(server.url), sign_up(server.url)
    channel = anna.group()
    bert.join(channel)
    sent = [person.send(channel, "hello", NONCE)["id"] for person in (anna, bert, anna, bert)]
    assert sent[0] != sent[1]
    assert sent[:2] == sent[2:]
