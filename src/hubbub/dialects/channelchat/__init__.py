"""channelchat: seed 000, Discord-like channel chat (docs/dialects/channelchat.md).

Oddities: error codes are strings; the sender gets its own `new_message` after its `message_ack`; times have
whole seconds; a channel is heard only once it has been joined on this connection. Additive: `user_joined`,
`user_left`, `message_updated`, `message_deleted`, `channel_deleted`, a `nonce` in `send_message`.
"""

from hubbub.dialects.channelchat.dialect import ChannelChatDialect
from hubbub.dialects.channelchat.routes import (
    ORIGINAL_OPERATIONS,
    SEED_OPERATIONS,
    ChannelChatRest,
)

__all__ = ["ORIGINAL_OPERATIONS", "SEED_OPERATIONS", "ChannelChatDialect", "ChannelChatRest"]
