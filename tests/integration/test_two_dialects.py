"""Two people on two dialects in one channel: one order, one history."""

from collections.abc import Callable

from support.rest import Person
from support.server import RunningServer
from support.sockets import ChannelChat, Native


async def test_native_and_channelchat_share_messages_in_one_order(
    server: RunningServer, person: Callable[[], Person]
) -> None:
    alice, bob = person(), person()
    channel = alice.group()
    bob.join(channel)
    async with (
        Native(server.ws, alice.token) as a,
        ChannelChat(server.ws, bob.token, bob.id) as b,
    ):
        await b.enter(channel)
        first = await a.say(channel, "from native")
        await b.send({"op": 0, "d": {"channel_id": channel, "content": "from channelchat"}})
        second = (await b.wait_type("message_ack"))["data"]
        seen_by_a = [(await a.wait_type("new_message"))["data"]["message"]["id"] for _ in range(2)]
        seen_by_b = [(await b.wait_type("new_message"))["data"]["message_id"] for _ in range(2)]
    sent = [first["message_id"], second["message_id"]]
    assert seen_by_a == sent
    assert seen_by_b == sent
    assert [m["id"] for m in alice.history(channel)["messages"]] == sent[::-1]
