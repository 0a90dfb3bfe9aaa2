"""chatgroup: seed 002, reliable group chat over Socket.IO (docs/dialects/chatgroup.md).

Oddities: `new_message` carries the message twice, flat as the seed has it and under `message` as the original;
who sends with an ack callback has the message in the ack, and gets no `new_message` of it on that connection;
`sync_messages` comes after every `authenticate`. Additive: `message_delivered`, `mark_delivered`, `message_updated`,
`message_recalled`, `member_joined`, `member_left`, `chat_deleted`, an ack for every event that asks for one.
"""

from hubbub.dialects.chatgroup.dialect import ChatGroup
from hubbub.dialects.chatgroup.routes import ChatGroupRest

__all__ = ["ChatGroup", "ChatGroupRest"]
