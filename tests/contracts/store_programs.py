"""The part of the store contract about bots, webhooks, preferences and pins."""

import asyncio

import msgspec
import pytest

from fakes.community import Community, community
from fakes.world import World, allow, new_id, refused
from hubbub.model.entities import Account, ChannelView, Extra, Message, User
from hubbub.model.errors import Code, Refused
from hubbub.model.ids import MessageId, UserId, WebhookId
from hubbub.model.limits import BOTS, PINS, WEBHOOKS
from hubbub.model.servers import Bot


def someone(name: str) -> User:
    return User(UserId(new_id()), name, name.title(), 3)


async def pin(world: World, message: Message, at: int | None) -> tuple[Message, bool]:
    place = message.channel_id, message.id
    return await world.write(world.store.messages.pin(*place, at, allow))


class ProgramContract:
    """Bots and webhooks."""

    async def test_webhook_is_stored_listed_changed_and_deleted(
        self, world: World, place: Community
    ) -> None:
        channel, programs = await place.channel(), world.store.programs
        hook, other = await place.webhook(channel, "a"), await place.webhook(channel, "a")
        read = world.store.read
        assert await read(programs.get_webhook(hook.id)) == (hook, "hash")
        assert await read(programs.list_webhooks(channel.id)) == [hook, other]
        renamed = msgspec.structs.replace(hook, name="b", avatar_url="there")
        assert await world.write(programs.update_webhook(renamed, None)) == renamed
        assert await read(programs.get_webhook(hook.id)) == (renamed, "hash")
        assert await world.write(programs.update_webhook(renamed, "new")) == renamed
        assert await read(programs.get_webhook(hook.id)) == (renamed, "new")
        await world.write(programs.delete_webhook(hook))
        assert await read(programs.list_webhooks(channel.id)) == [other]
        assert await read(programs.get_webhook(WebhookId(404))) is None
        for work in (programs.delete_webhook(hook), programs.update_webhook(hook, None)):
            assert (await refused(world.write(work))).code is Code.NOT_FOUND

    async def test_webhooks_are_at_most_fifteen_of_a_channel(
        self, world: World, place: Community
    ) -> None:
        full, other = await place.channel(), await place.channel()
        for _ in range(WEBHOOKS):
            await place.webhook(full)
        assert (await refused(place.webhook(full))).code is Code.CONFLICT
        assert (await place.webhook(other)).channel_id == other.id

    async def test_webhook_is_the_author_of_its_messages_and_found_nowhere(
        self, world: World, place: Community
    ) -> None:
        channel, programs = await place.channel(), world.store.programs
        hook = await place.webhook(channel, "hooky")
        read, accounts = world.store.read, world.store.accounts
        author = User(UserId(hook.id), "hooky", "hooky", 1, is_bot=True)
        assert await read(accounts.get_user(author.id)) is None
        plain = await place.say(channel, author)
        extra = Extra(alias="Deploy", avatar_url="picture")
        aliased = await place.say(channel, author, extra=extra)
        shown = msgspec.structs.replace(author, username="Deploy", display_name="Deploy")
        assert (plain.author, aliased.author, aliased.extra) == (author, shown, extra)
        renamed = msgspec.structs.replace(hook, name="other")
        await world.write(programs.update_webhook(renamed, None))
        await world.write(programs.delete_webhook(hook))
        found = [m.author for m in (await world.page(channel.id)).messages]
        later = msgspec.structs.replace(author, username="other", display_name="other")
        assert found == [shown, later]
        for name in ("hooky", "other", "Deploy", f"@{hook.id}"):
            assert await read(accounts.get_account(name)) is None
        listed = {user.id for user in await read(accounts.search_users("", 1000))}
        assert author.id not in listed
        assert place.owner.id in listed
        mine = await read(world.store.channels.list_ids(author.id))
        assert mine == [], "not even of the lobby"
        assert (await world.person("hooky")).username == "hooky"

    async def test_bot_is_found_as_a_person_is_and_signs_in_with_no_password(
        self, world: World
    ) -> None:
        ann = await world.person()
        read, accounts, programs = world.store.read, world.store.accounts, world.store.programs
        robot = someone("robot")
        made = await world.write(programs.add_bot(robot, ann.id))
        user = msgspec.structs.replace(robot, is_bot=True)
        assert made == Bot(user, ann.id)
        assert await read(programs.get_bot(robot.id)) == made
        assert await read(programs.list_bots(ann.id)) == [made]
        assert await read(accounts.get_user(robot.id)) == user
        assert await read(accounts.get_account("Robot")) == Account(user, None, None)
        assert await read(accounts.search_users("rob", 9)) == [user]
        assert await read(programs.get_bot(ann.id)) is None
        taken = world.write(programs.add_bot(someone("robot"), ann.id))
        assert (await refused(taken)).code is Code.CONFLICT
        assert (await refused(world.person("robot"))).code is Code.CONFLICT

    async def test_bots_are_at_most_so_many_of_one_person(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        programs = world.store.programs
        bots = [
            await world.write(programs.add_bot(someone(f"robot{n}"), ann.id)) for n in range(BOTS)
        ]
        more = programs.add_bot(someone("more"), ann.id)
        assert (await refused(world.write(more))).code is Code.CONFLICT
        await world.write(programs.add_bot(someone("his"), bob.id))
        await world.write(programs.delete_bot(bots[0].user.id))
        await world.write(programs.add_bot(someone("more"), ann.id))
        assert len(await world.store.read(programs.list_bots(ann.id))) == BOTS

    async def test_deleted_bot_is_in_no_server_and_its_messages_stay(
        self, world: World, place: Community
    ) -> None:
        other, programs = await community(world), world.store.programs
        bot = (await world.write(programs.add_bot(someone("robot"), place.owner.id))).user
        channel = await place.channel()
        for server in (place, other):
            await server.enter(bot)
        login = await world.sign_in(bot, "token")
        sent = await place.say(channel, bot)
        before = [await server.version() for server in (place, other)]
        left = await world.write(programs.delete_bot(bot.id))
        assert left == [(place.id, before[0] + 1), (other.id, before[1] + 1)]
        read, accounts = world.store.read, world.store.accounts
        assert await read(place.tables.list_ids(bot.id)) == []
        assert (await place.view(place.owner)).member_count == 1
        found = await read(accounts.get_login(login))
        assert found is not None
        assert (found[0].revoked, found[1].disabled) == (True, True)
        assert await read(programs.get_bot(bot.id)) is None
        assert await read(programs.list_bots(place.owner.id)) == []
        ended = msgspec.structs.replace(bot, disabled=True)
        assert (await world.page(channel.id)).messages == [
            msgspec.structs.replace(sent, author=ended)
        ]
        assert (await refused(world.person("robot"))).code is Code.CONFLICT
        for user in (bot, place.owner):
            again = programs.delete_bot(user.id)
            assert (await refused(world.write(again))).code is Code.NOT_FOUND


class PreferenceContract:
    """What people's clients remember, and what they want to be told of."""

    async def test_preference_is_replaced_taken_back_and_ones_own(self, world: World) -> None:
        ann, bob = await world.person(), await world.person()
        tables, read = world.store.preferences, world.store.read
        for user, place_id, value in (
            (ann, 0, "{}"),
            (ann, 7, "all"),
            (bob, 7, "x"),
            (ann, 7, "b"),
        ):
            await world.write(tables.set_preference(user.id, place_id, value))
        assert await read(tables.list_preferences(ann.id)) == {0: "{}", 7: "b"}
        assert await read(tables.get_preference(ann.id, 7)) == "b"
        await world.write(tables.set_preference(ann.id, 7, None))
        assert await read(tables.get_preference(ann.id, 7)) is None
        assert await read(tables.get_preference(bob.id, 7)) == "x"
        assert await read(tables.list_preferences(ann.id)) == {0: "{}"}


class PinContract:
    """Pins."""

    async def test_pin_is_a_change_of_the_message_and_listed_latest_first(
        self, world: World
    ) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        sent = [(await world.send(room, ann, str(n))).message for n in range(3)]
        tables = world.store.messages
        first, changed = await pin(world, sent[2], 10)
        assert (first, changed) == (
            msgspec.structs.replace(sent[2], pinned_at=10, version=sent[2].version + 1),
            True,
        )
        second, _ = await pin(world, sent[0], 11)
        assert await pin(world, first, 12) == (first, False), "it stays where it is"
        assert await pin(world, sent[1], None) == (sent[1], False)
        assert await world.store.read(tables.list_pins(room)) == [second, first]
        assert await world.store.read(tables.list_pins(other)) == []
        assert (await world.page(room)).messages == [first, sent[1], second]
        assert (await world.view(ann, room)).channel.version == second.version
        gone, changed = await pin(world, first, None)
        assert (gone.pinned_at, gone.version, changed) == (None, second.version + 1, True)
        assert await world.store.read(tables.list_pins(room)) == [second]
        recalled, _ = await world.recall(second, ann)
        assert recalled.pinned_at is None
        assert await world.store.read(tables.list_pins(room)) == []

    async def test_pin_of_what_is_not_there_or_not_allowed_changes_nothing(
        self, world: World
    ) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        sent = (await world.send(room, ann)).message

        def forbid(_: Message) -> None:
            raise Refused(Code.FORBIDDEN, "no")

        tables = world.store.messages
        for channel, message in ((room, MessageId(404)), (other, sent.id)):
            lost = tables.pin(channel, message, 5, allow)
            assert (await refused(world.write(lost))).code is Code.NOT_FOUND
        denied = tables.pin(room, sent.id, 5, forbid)
        assert (await refused(world.write(denied))).code is Code.FORBIDDEN
        assert (await world.page(room)).messages == [sent]

    async def test_pins_are_at_most_fifty_of_a_channel(self, world: World) -> None:
        ann = await world.person()
        room, other = await world.group(ann), await world.group(ann)
        sent = [(await world.send(room, ann)).message for _ in range(PINS + 1)]
        done = await asyncio.gather(*(pin(world, m, 5) for m in sent), return_exceptions=True)
        assert [isinstance(d, Refused) for d in done] == [False] * PINS + [True]
        assert isinstance(done[-1], Refused)
        assert done[-1].code is Code.CONFLICT
        elsewhere = (await world.send(other, ann)).message
        assert (await pin(world, elsewhere, 5))[1]
        await pin(world, sent[0], None)
        assert (await pin(world, sent[-1], 6))[1]
        pins = await world.store.read(world.store.messages.list_pins(room))
        assert [m.id for m in pins] == [sent[-1].id, *[m.id for m in sent[1:-1]][::-1]]

    @pytest.mark.parametrize("pinned", [True, False])
    async def test_pin_survives_edits_and_reactions(self, world: World, pinned: bool) -> None:
        ann = await world.person()
        room = await world.group(ann)
        sent = (await world.send(room, ann)).message
        at = 5 if pinned else None
        await pin(world, sent, at)
        edited = await world.edit(sent, "new")
        assert edited.pinned_at == at
        view: ChannelView = await world.view(ann, room)
        assert view.channel.version == edited.version
