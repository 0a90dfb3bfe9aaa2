"""Limits are bytes, counts and time (docs/design.md, decision 13). Where a seed asks for less, its dialect does."""

from typing import Final

FRAME_BYTES: Final = 64 * 1024
FRAGMENTS: Final = 1_024
BODY_BYTES: Final = 64 * 1024
IMAGE_BYTES: Final = 4 * 1024 * 1024

CONTENT_CHARS: Final = 5_000
NONCE_CHARS: Final = 64
USERNAME_MIN_CHARS: Final = 2
USERNAME_CHARS: Final = 50
DISPLAY_NAME_CHARS: Final = 100
EMAIL_CHARS: Final = 254
PASSWORD_MIN_CHARS: Final = 8
SEED_PASSWORD_MIN_CHARS: Final = 6  # what the clients of two originals let people choose
PASSWORD_MAX_CHARS: Final = 256
CHANNEL_NAME_CHARS: Final = 100
DESCRIPTION_CHARS: Final = 1_024  # of a server's channel it is the topic
TOKEN_CHARS: Final = 4_096

EMOJI_CHARS: Final = 32
REACTIONS: Final = 50  # different emoji on a message
REACTORS: Final = 1_000  # people behind one of them

PAGE_DEFAULT: Final = 50
PAGE_MAX: Final = 100
MEMBERS_PAGE: Final = 1_000
SYNC_MESSAGES: Final = 500  # changes of one channel that a resume carries; more is `limited`
DETAIL_MEMBERS: Final = 100  # of a channel in a list of channels with their people
UNREAD_MESSAGES: Final = (
    1_000  # of one channel that come when one signs in, in dialects where they do
)
SYNC_CHARS: Final = 500_000  # of all channels together
POSITIONS: Final = 1_000  # channels that one resume may name
PRESENCE_IDS: Final = 200

LOGINS_PER_USER: Final = 100
CHANNELS_OWNED: Final = 200
GROUP_MEMBERS: Final = 20_000
RELATIONSHIPS: Final = 1_000  # of one person: friends, requests both ways, blocks
GUEST_REQUESTS: Final = 100  # of them: guests who wait for an answer

SERVERS: Final = 200  # that one person is in
SERVERS_OWNED: Final = 100
SERVER_MEMBERS: Final = 100_000
SERVER_CHANNELS: Final = 500
CATEGORIES: Final = 100
ROLES: Final = 250  # of a server
MEMBER_ROLES: Final = 50
OVERRIDES: Final = 100  # of a channel
INVITES: Final = 1_000  # of a server
WEBHOOKS: Final = 15  # of a channel
BOTS: Final = 25  # of one person
PINS: Final = 50  # of a channel
NICKNAME_CHARS: Final = 32
REASON_CHARS: Final = 512
URL_CHARS: Final = 2_048
SLOW_MODE_SECONDS: Final = 21_600
PAYLOAD_BYTES: Final = 16 * 1024  # of a message of a type that only some clients know
PAYLOAD_DEPTH: Final = 32
TYPE_CHARS: Final = 64

# Past these sizes, events that every member causes for every other member are not sent on: their number
# grows with the square. Positions and presence stay readable by query.
RECEIPTS_MEMBERS: Final = 100
PRESENCE_MEMBERS: Final = 500
