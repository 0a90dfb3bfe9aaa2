"""Places one subscribes to."""

from hubbub.model.ids import ChannelId, ServerId, UserId


def channel_topic(channel_id: ChannelId) -> str:
    """Everything that happens in a channel."""
    return f"channel:{channel_id}"


def user_topic(user_id: UserId) -> str:
    """What concerns one person, on all their devices."""
    return f"user:{user_id}"


def server_topic(server_id: ServerId) -> str:
    """What concerns all members of a server."""
    return f"server:{server_id}"
