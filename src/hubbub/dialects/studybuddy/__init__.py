"""studybuddy: seed 003, private and group messages (docs/dialects/studybuddy.md).

Oddities: `message_sent` and then the echo `new_message` or `new_group_message`, to the sender too; what comes before
`auth` is answered `Not authenticated`, and the socket stays open; types that nobody knows are passed over; who is
silent is offline after 300 s, and goes on hearing. Additive: `edit`, `recall`, `react`, `mark_read`, `typing` and
what they bring, `nonce`, `code` in errors.
"""

from hubbub.dialects.studybuddy.dialect import StudyBuddyDialect
from hubbub.dialects.studybuddy.routes import (
    ACCOUNT_OPERATIONS,
    MESSAGE_OPERATIONS,
    StudyBuddyRest,
)

__all__ = ["ACCOUNT_OPERATIONS", "MESSAGE_OPERATIONS", "StudyBuddyDialect", "StudyBuddyRest"]
