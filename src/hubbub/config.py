"""Settings: defaults < hubbub.toml < HUBBUB_* < flags. An unknown key is refused by its name."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PREFIX = "HUBBUB_"
SECRETS = frozenset({"metrics_token"})
_LISTS = frozenset({"listen", "trusted_proxies", "cors_origins"})

Seconds = Annotated[int, Meta(ge=1, le=10 * 366 * 24 * 3600)]


class BadSetting(Exception):
    """A setting that can't be; the text says which, and what would be right."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each field is a key of hubbub.toml, a HUBBUB_* variable, and described in docs/settings.md."""

    # Where it listens. Other machines can only connect when this is not loopback.
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 3000
    # More listeners, whose root belongs to one dialect: "3001=chatgroup".
    listen: tuple[str, ...] = ()
    # Where everything is kept: the database, the secret that signs tokens, a lock.
    data: Annotated[str, Meta(min_length=1)] = "hubbub-data"
    # Rates per account and address. `off` is for tests and benchmarks, on loopback only.
    rate_limits: Literal["on", "off"] = "on"
    # Accounts without passwords, for the dialects that have none.
    guests: Literal["open", "off"] = "off"
    # How long an access token works, and how long a device stays signed in without being used.
    access_token_seconds: Seconds = 3600
    refresh_token_seconds: Seconds = 30 * 24 * 3600
    # How long authors may recall their messages; 0 is for ever. Admins have all the time.
    recall_seconds: Annotated[int, Meta(ge=0)] = 0
    # Who may recall a message: its author, the admins of the group, or both.
    recall_by: Literal["both", "author", "admins"] = "both"
    # How long a lost connection may take to come back before others see that it was lost.
    presence_grace_seconds: Annotated[float, Meta(ge=0, le=300)] = 10.0
    # A connection that is silent for this long is dead.
    heartbeat_seconds: Annotated[float, Meta(ge=0.5, le=3600)] = 90.0
    channelchat_heartbeat_seconds: Annotated[float, Meta(ge=0.5, le=3600)] = 100.0
    # GET /metrics is for loopback, or for who bears this token.
    metrics_token: str = ""
    # Addresses whose X-Forwarded-For is believed: those of your reverse proxy.
    trusted_proxies: tuple[str, ...] = ()
    # Web pages of other origins that may use the API, such as "https://chat.example.org".
    cors_origins: tuple[str, ...] = ()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    # This node's number; every node that shares a database needs its own.
    node: Annotated[int, Meta(ge=0, le=63)] = 0

    @property
    def listeners(self) -> list[tuple[int, str]]:
        """Ports and dialects of `listen`."""
        pairs = (text.partition("=") for text in self.listen)
        return [(int(port), dialect) for port, _, dialect in pairs]


def load(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object]
) -> Settings:
    """Raises `BadSetting`."""
    raw = _file(file) | _environment(environment)
    raw |= {key: value for key, value in flags.items() if value is not None}
    try:
        settings = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(_worded(str(error))) from None
    _check(settings)
    return settings


def _worded(text: str) -> str:
    """`Expected int - at `$.port`` as `port: expected int`."""
    unknown = re.search(r"unknown field `(\w+)`", text)
    if unknown is not None:
        return f"{unknown[1]}: unknown setting"
    found = re.fullmatch(r"(.*) - at `\$\.(\w+).*`", text)
    return text if found is None else f"{found[2]}: {found[1][0].lower()}{found[1][1:]}"


def effective(settings: Settings) -> dict[str, object]:
    """For `hubbub config`: secrets masked."""
    return {
        key: "********" if key in SECRETS and value else value
        for key, value in msgspec.structs.asdict(settings).items()
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _file(file: Path | None) -> dict[str, object]:
    path = file or Path("hubbub.toml")
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise BadSetting(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from None


def _environment(environment: Mapping[str, str]) -> dict[str, object]:
    raw: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX):
            key = name[len(PREFIX) :].lower()
            if key not in Settings.__struct_fields__:
                raise BadSetting(f"{name}: unknown setting")
            raw[key] = [p.strip() for p in text.split(",") if p.strip()] if key in _LISTS else text
    return raw


def _check(settings: Settings) -> None:
    if settings.rate_limits == "off" and not is_loopback(settings.host):
        raise BadSetting(
            "rate_limits: off is for loopback only; this host can be reached by others"
        )
    for text in settings.listen:
        if not re.fullmatch(r"\d{1,5}=\w+", text, re.ASCII) or int(text.partition("=")[0]) > 65_535:
            raise BadSetting(f"listen: {text!r} is not PORT=DIALECT, such as 3001=chatgroup")
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise BadSetting(f"trusted_proxies: {proxy!r} is no address nor network") from None
