"""The users, registered once per run: a password hash costs 20 ms, and that is its purpose."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.rest import Rest, in_parallel

_PASSWORD: Final = "correct horse battery staple 7"
# Tokens are renewed when this share of their life is over: a scenario may take minutes.
_RENEWAL_SHARE: Final = 0.3


@dataclass(frozen=True)
class Account:
    user_id: str
    access_token: str
    refresh_token: str


@dataclass(frozen=True)
class Accounts:
    """A data folder with users in it, and their tokens."""

    folder: Path
    accounts: list[Account]
    registered_at: float
    life_seconds: float

    def usable(self, port: int) -> list[Account]:
        """Return the accounts with tokens that last; the server runs on a copy of the folder.

        The refresh tokens stay good: each copy of the folder sees them used for the first time.
        """
        if time.monotonic() - self.registered_at < _RENEWAL_SHARE * self.life_seconds:
            return self.accounts
        rest = Rest(port)
        return in_parallel(lambda account: _renewed(rest, account), self.accounts)


def register(port: int, count: int) -> tuple[list[Account], float]:
    """Return the accounts and how many seconds their tokens live."""
    rest = Rest(port)
    answers = in_parallel(lambda index: _register_one(rest, index), range(count))
    life = min(float(answer["expires_in"]) for answer in answers)
    return [_account(answer["user"]["id"], answer) for answer in answers], life


def _register_one(rest: Rest, index: int) -> Any:
    return rest.call(
        "POST", "/auth/register", {"username": f"bench{index:04}", "password": _PASSWORD}
    )


def _renewed(rest: Rest, account: Account) -> Account:
    answer = rest.call("POST", "/auth/refresh", {"refresh_token": account.refresh_token})
    return _account(account.user_id, answer)


def _account(user_id: str, answer: dict[str, Any]) -> Account:
    return Account(user_id, answer["access_token"], answer.get("refresh_token", ""))
