"""Settings: defaults < hubbub.toml < HUBBUB_* < flags. An unknown key is refused by its name."""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from hubbub.model.origins import canonical
from hubbub.model.shapes import IT_MUST_BE, explain

PREFIX = "HUBBUB_"
SECRETS = frozenset({"metrics_token"})
_LISTS = frozenset({"listen", "trusted_proxies", "cors_origins"})

# What Kubernetes sets in every pod beside a service that is called "hubbub".
_KUBERNETES = re.compile(r"HUBBUB_(SERVICE_(HOST|PORT.*)|PORT_\d+_[A-Z]+(_(PROTO|PORT|ADDR))?)")
_FROM_KUBERNETES = (
    "is what Kubernetes sets for a service that is called hubbub. Set the pod's enableServiceLinks: false, "
    "or give --port."
)

Seconds = Annotated[int, Meta(ge=1, le=10 * 366 * 24 * 3600)]


class BadSetting(Exception):
    """A setting that can't be; the text says which, and what would be right."""


class _Given(msgspec.Struct, frozen=True):
    """A value, and where it stands: the flag, the variable, or the file's key. `kind`: which of these."""

    value: object
    source: str
    kind: str


def _told(text: str, **bounds: Any) -> Meta:  # as many types as Meta has bounds
    """What a setting is for, beside what it may be. Not as a description: that words refusals (model/shapes.py)."""
    return Meta(extra_json_schema={"help": text}, **bounds)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each field is a key of hubbub.toml, a HUBBUB_* variable, and described in docs/settings.md."""

    name: Annotated[str, _told("What clients call this server.", min_length=1, max_length=100)] = (
        "Hubbub"
    )
    host: Annotated[
        str,
        _told(
            "Where it listens. Other machines can only connect when this is not loopback.",
            min_length=1,
        ),
    ] = "127.0.0.1"
    port: Annotated[int, _told("Port; 0 picks a free one.", ge=0, le=65_535)] = 3000
    listen: Annotated[
        tuple[str, ...], _told('More ports whose root belongs to one dialect: "3001=chatgroup".')
    ] = ()
    data: Annotated[
        str,
        _told(
            "Where everything is kept: the database, the secret that signs tokens, a lock.",
            min_length=1,
        ),
    ] = "hubbub-data"
    rate_limits: Annotated[
        Literal["on", "off"],
        _told(
            "Rates per account and address. `off` is for tests and benchmarks, on loopback only."
        ),
    ] = "on"
    # Open by default while only this machine can connect; else it must be decided.
    guests: Annotated[
        Literal["open", "off"] | None,
        _told("Whether people may come in without a password, by the dialects that have none."),
    ] = None
    registration: Annotated[
        Literal["open", "closed"],
        _told(
            "Who may make an account: everybody who can reach the server, or only `hubbub user create`."
        ),
    ] = "open"
    access_token_seconds: Annotated[Seconds, _told("How long an access token works.")] = 3600
    refresh_token_seconds: Annotated[
        Seconds, _told("How long a device stays signed in without being used.")
    ] = 30 * 24 * 3600
    recall_seconds: Annotated[
        int,
        _told(
            "How long authors may recall their messages; 0 is for ever. Admins have all the time.",
            ge=0,
        ),
    ] = 0
    recall_by: Annotated[
        Literal["both", "author", "admins"],
        _told("Who may recall a message: its author, the admins of the group, or both."),
    ] = "both"
    presence_grace_seconds: Annotated[
        float,
        _told(
            "How long a lost connection may take to come back before others see that it was lost.",
            ge=0,
            le=300,
        ),
    ] = 10.0
    heartbeat_seconds: Annotated[
        float, _told("A native connection that is silent for this long is dead.", ge=0.5, le=3600)
    ] = 90.0
    channelchat_heartbeat_seconds: Annotated[
        float, _told("The same for channelchat.", ge=0.5, le=3600)
    ] = 100.0
    metrics_token: Annotated[
        str, _told("GET /metrics is for loopback, or for who bears this token.")
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...],
        _told("Addresses whose X-Forwarded-For is believed: those of your reverse proxy."),
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...],
        _told(
            'Web pages of other origins that may use the API, such as "https://chat.example.org".'
        ),
    ] = ()
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _told("How much is logged.")
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"], _told("`console` for people, `json` for machines.")
    ] = "console"
    node: Annotated[
        int,
        _told("This node's number; every node that shares a database needs its own.", ge=0, le=63),
    ] = 0

    @property
    def is_at_home(self) -> bool:
        """Whether only this machine connects, as far as the settings say."""
        return is_loopback(self.host) and not self.trusted_proxies

    @property
    def listeners(self) -> list[tuple[int, str]]:
        """Ports and dialects of `listen`."""
        pairs = (text.partition("=") for text in self.listen)
        return [(int(port), dialect) for port, _, dialect in pairs]


_SCHEMA: Final = msgspec.json.schema(Settings)["$defs"]["Settings"]["properties"]
_PURPOSES: Final = {key: str(one["help"]) for key, one in _SCHEMA.items()}


def load(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object]
) -> Settings:
    """Raises `BadSetting`."""
    given = _given(file, environment, flags)
    raw = {key: one.value for key, one in given.items()}
    try:
        settings = msgspec.convert(raw, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(_worded(error, given)) from None
    return _checked(settings, {key: one.source for key, one in given.items()})


def sources(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object]
) -> dict[str, str]:
    """Where each setting that is not at its default was given: "file", "environment" or "flag". Raises `BadSetting`."""
    return {key: one.kind for key, one in _given(file, environment, flags).items()}


def _given(
    file: Path | None, environment: Mapping[str, str], flags: Mapping[str, object]
) -> dict[str, _Given]:
    return _file(file) | _environment(environment) | _flags(flags)


def file_in_use(file: Path | None) -> Path | None:
    """The file that `load` reads, or None."""
    here = Path("hubbub.toml")
    return file or (here if here.exists() else None)


def _worded(error: msgspec.ValidationError, given: Mapping[str, _Given]) -> str:
    """`HUBBUB_LOG_FORMAT: 'xml' is not one of console, json.`"""
    key, why = explain(error, Settings)
    one = given.get(key or "")
    if key is None or one is None:
        return f"{key}: {why}."
    if key == "port" and isinstance(one.value, str) and "://" in one.value:
        return f"{one.source}: {one.value!r} {_FROM_KUBERNETES}"
    shown = "this" if key in SECRETS else repr(one.value)
    return f"{one.source}: {shown} is not {why.removeprefix(IT_MUST_BE)}."


def effective(settings: Settings) -> dict[str, object]:
    """For `hubbub config`: secrets masked."""
    return {
        key: "********" if key in SECRETS and value else value
        for key, value in msgspec.structs.asdict(settings).items()
    }


def purpose(key: str) -> str:
    """What a setting is for, in a sentence."""
    return _PURPOSES[key]


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _file(file: Path | None) -> dict[str, _Given]:
    path = file_in_use(file)
    if path is None:
        return {}
    try:
        raw = tomllib.loads(path.read_text())
    except OSError as error:
        raise BadSetting(f"{path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from None
    for key in raw:
        _known(key, f"{path}: there is no setting {key!r}")
    return {key: _Given(value, f"{path}, {key}", "file") for key, value in raw.items()}


def _environment(environment: Mapping[str, str]) -> dict[str, _Given]:
    found: dict[str, _Given] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX) and not _KUBERNETES.fullmatch(name):
            key = name[len(PREFIX) :].lower()
            _known(key, f"{name}: there is no such setting", _variable)
            parts = [p.strip() for p in text.split(",") if p.strip()]
            found[key] = _Given(parts if key in _LISTS else text, name, "environment")
    return found


def _flags(flags: Mapping[str, object]) -> dict[str, _Given]:
    return {key: _Given(v, f"--{key}", "flag") for key, v in flags.items() if v is not None}


def _known(key: str, otherwise: str, spelt: Callable[[str], str] = str) -> None:
    if key not in Settings.__struct_fields__:
        close = difflib.get_close_matches(key, Settings.__struct_fields__, 1)
        hint = f"did you mean {spelt(close[0])}?" if close else "docs/settings.md has all."
        raise BadSetting(f"{otherwise}; {hint}")


def _variable(key: str) -> str:
    return PREFIX + key.upper()


def _checked(settings: Settings, sources: Mapping[str, str]) -> Settings:
    """What types can't say."""
    if settings.rate_limits == "off" and not is_loopback(settings.host):
        raise BadSetting(
            f"{sources['rate_limits']}: rate_limits may only be off on loopback, and others can reach "
            f"{settings.host}."
        )
    for text in settings.listen:
        if not re.fullmatch(r"\d{1,5}=\w+", text, re.ASCII) or int(text.partition("=")[0]) > 65_535:
            raise BadSetting(
                f"{sources['listen']}: {text!r} is not PORT=DIALECT, such as 3001=chatgroup."
            )
    for proxy in settings.trusted_proxies:
        _check_proxy(proxy, sources["trusted_proxies"])
    origins = tuple(_origin(text, sources["cors_origins"]) for text in settings.cors_origins)
    return _with_guests(msgspec.structs.replace(settings, cors_origins=origins))


def _with_guests(settings: Settings) -> Settings:
    """Guests are believed to be who they say: where others can come, somebody has to want that."""
    if settings.guests is None and not settings.is_at_home:
        where = settings.host if not is_loopback(settings.host) else "the proxy of trusted_proxies"
        raise BadSetting(
            f"guests: others can reach this server through {where}, so decide whether people without a password may "
            'come in: set guests = "off" (in hubbub.toml, or HUBBUB_GUESTS=off); or "open", for clients of '
            "MutiPersonChat, which enter with a name alone: then whoever can connect can be any guest."
        )
    return msgspec.structs.replace(settings, guests=settings.guests or "open")


def _check_proxy(proxy: str, source: str) -> None:
    try:
        ipaddress.ip_network(proxy)
    except ValueError:
        raise BadSetting(
            f"{source}: {proxy!r} is no address and no network, such as 10.0.0.1 or 10.0.0.0/8."
        ) from None


def _origin(text: str, source: str) -> str:
    origin = canonical(text)
    if origin is None:
        raise BadSetting(
            f"{source}: {text!r} is no origin. Write scheme and host, and the port where it is not the "
            "usual one, such as https://chat.example.org; or * for all."
        )
    return origin
