"""Reactions on a message: pure functions over the list of them."""

import unicodedata

from hubbub.model.entities import Reaction
from hubbub.model.errors import conflict, invalid
from hubbub.model.ids import UserId
from hubbub.model.limits import EMOJI_CHARS, REACTIONS, REACTORS

Reactions = tuple[Reaction, ...]


def check_emoji(emoji: str) -> None:
    """Any short run of visible characters: emoji, or a name such as `:party:`."""
    if not 1 <= len(emoji) <= EMOJI_CHARS:
        raise invalid("emoji", f"it must have 1 to {EMOJI_CHARS} characters")
    if any(c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in emoji):
        raise invalid("emoji", "it must not contain spaces or control characters")


def emojis_of(reactions: Reactions, user_id: UserId) -> list[str]:
    """What a person has put there."""
    return [r.emoji for r in reactions if user_id in r.user_ids]


def with_reaction(reactions: Reactions, emoji: str, user_id: UserId) -> Reactions:
    """The same list if it is there already; raises `Refused(conflict)` past the limits."""
    for n, reaction in enumerate(reactions):
        if reaction.emoji == emoji:
            if user_id in reaction.user_ids:
                return reactions
            if len(reaction.user_ids) >= REACTORS:
                raise conflict(f"At most {REACTORS} people may react with the same emoji.")
            grown = Reaction(emoji, (*reaction.user_ids, user_id))
            return (*reactions[:n], grown, *reactions[n + 1 :])
    if len(reactions) >= REACTIONS:
        raise conflict(f"A message may have {REACTIONS} different reactions.")
    return (*reactions, Reaction(emoji, (user_id,)))


def without_reaction(reactions: Reactions, emoji: str, user_id: UserId) -> Reactions:
    """The same list if it is not there."""
    kept = (
        Reaction(r.emoji, tuple(u for u in r.user_ids if u != user_id)) if r.emoji == emoji else r
        for r in reactions
    )
    return tuple(r for r in kept if r.user_ids)
