"""The command line. Exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly."""

import asyncio
import gc
import getpass
import os
import shlex
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import cyclopts
from cyclopts import Parameter

from hubbub import __version__
from hubbub.config import (
    BadSetting,
    Settings,
    effective,
    file_in_use,
    is_loopback,
    load,
    sources,
)

if TYPE_CHECKING:  # imported where they are needed: `hubbub --help` is there at once
    from hubbub.model.entities import User
    from hubbub.offline import Offline

app = cyclopts.App(
    name="hubbub",
    help="Hubbub: one chat server that speaks many chat protocols and loses nothing.",
    version=__version__,
    help_format="plaintext",
)
user = cyclopts.App(name="user", help="Accounts.", help_format="plaintext")
app.command(user)

Host = Annotated[str | None, Parameter(help="Address to listen on. Default 127.0.0.1.")]
Port = Annotated[int | None, Parameter(help="Port. Default 3000; 0 picks a free one.")]
Listen = Annotated[
    list[str] | None,
    Parameter(
        help="PORT=DIALECT: one more port, all for one dialect, such as 7000=mutiperson. May be given again. "
        "Dialects: native, channelchat, chatgroup, mew, studybuddy, mutiperson.",
        negative="",
    ),
]
Data = Annotated[str | None, Parameter(help="Folder of the database, the images and the secret.")]
Person = Annotated[str, Parameter(help="The user name or e-mail.")]
Config = Annotated[Path | None, Parameter(help="A TOML file; hubbub.toml if it is there.")]


@app.command
def serve(
    *,
    host: Host = None,
    port: Port = None,
    listen: Listen = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    flags = {"host": host, "port": port, "listen": listen, "data": data}
    settings = _load(config, **flags)
    _run(lambda: _serve(settings, config, sources(config, os.environ, flags)))


@app.command
def conformance(
    *,
    engineio: Annotated[
        bool, Parameter(help="For the suite of Engine.IO v4.", negative="")
    ] = False,
    socketio: Annotated[
        bool, Parameter(help="For the suite of Socket.IO v5.", negative="")
    ] = False,
    port: Annotated[int, Parameter(help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Serve what the official protocol test suites expect, on loopback, until Ctrl-C. No chat, no data."""
    if engineio == socketio:
        _fail("conformance: say --engineio or --socketio.", 2)
    _run(lambda: _conformance(port, engineio=engineio))


@app.command(name="config")
def show_config(
    *,
    host: Host = None,
    port: Port = None,
    listen: Listen = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the effective settings as TOML, secrets masked."""
    settings = _load(config, host=host, port=port, listen=listen, data=data)
    for key, value in effective(settings).items():
        print(f"{key} = {_toml(value)}")


@user.command
def create(
    name: Annotated[str, Parameter(help="The user name.")],
    /,
    *,
    email: Annotated[str | None, Parameter(help="An e-mail to sign in with as well.")] = None,
    admin: Annotated[bool, Parameter(help="Make an administrator.", negative="")] = False,
    new: Annotated[
        bool, Parameter(help="Make the folder of --data, if no server has yet.", negative="")
    ] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make an account. The password is asked for, or read as one line from standard input."""
    settings = _load(config, data=data)
    # A folder that somebody typed is more likely mistyped than new.
    hint = " To make it, say --new." if data is not None and not new else None
    folder = _open(settings, hint)
    password = _ask_password()
    _run(
        lambda: _offline(
            settings,
            folder,
            lambda offline: offline.create_user(name, password, email, is_admin=admin),
            "Made {name}, id {id}",
        )
    )


@user.command(name="password")
def set_password(name: Person, /, *, data: Data = None, config: Config = None) -> None:
    """Set a new password, asked for as in `user create`, and sign all of the person's devices out.

    A server that is running ends their connections within half a minute.
    """
    settings = _load(config, data=data)
    folder = _open(settings, "")
    password = _ask_password()
    told = "{name} has a new password and is signed out"
    _run(
        lambda: _offline(
            settings, folder, lambda offline: offline.set_password(name, password), told
        )
    )


@user.command(name="set-admin")
def set_admin(
    name: Person,
    /,
    *,
    revoke: Annotated[bool, Parameter(help="Take it away again.", negative="")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make somebody an administrator. A server that is running knows within half a minute."""
    settings = _load(config, data=data)
    folder = _open(settings, "")
    told = f"{{name}} is {'no longer' if revoke else 'now'} an administrator"
    _run(
        lambda: _offline(
            settings, folder, lambda offline: offline.set_admin(name, is_admin=not revoke), told
        )
    )


@user.command
def disable(
    name: Person,
    /,
    *,
    undo: Annotated[bool, Parameter(help="Let them sign in again.", negative="")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Keep somebody, also a guest or a bot, from signing in, and sign all of their devices out.

    A server that is running ends their connections within half a minute.
    """
    settings = _load(config, data=data)
    folder = _open(settings, "")
    told = f"{{name}} {'may sign in again' if undo else 'is disabled and signed out'}"
    _run(
        lambda: _offline(
            settings, folder, lambda offline: offline.set_disabled(name, disabled=not undo), told
        )
    )


def main() -> None:
    """The program."""
    try:
        app(exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        chain = " ".join(("hubbub", *(error.command_chain or ())))
        _fail(f"{str(error).strip()} See `{chain} --help`.", 2)
    except BrokenPipeError:
        sys.exit(1)


def _load(config: Path | None, **flags: object) -> Settings:
    try:
        return load(config, os.environ, flags)
    except BadSetting as error:
        _fail(str(error), 2)


def _fail(text: str, code: int) -> NoReturn:
    print(f"hubbub: {' '.join(text.split())}", file=sys.stderr)
    sys.exit(code)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    from hubbub.auth.secrets import BadSecret
    from hubbub.folder import Unstartable
    from hubbub.model.errors import Refused
    from hubbub.storage.migrate import BadDatabase

    try:
        yield
    except (Unstartable, BadSecret, BadDatabase) as error:
        _fail(str(error), 1)
    except Refused as refusal:
        _fail(refusal.message, 1)


def _open(settings: Settings, hint: str | None) -> Path:
    """Without a hint for who gave the wrong folder, it may be a new one."""
    from hubbub.folder import find_data, open_data

    with _one_line_errors():
        return (open_data(settings) if hint is None else find_data(settings, hint)).resolve()


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with _one_line_errors():
        try:
            import uvloop
        except ImportError:  # there is none for Windows
            asyncio.run(work())
        else:
            uvloop.run(work())


async def _serve(settings: Settings, config: Path | None, given: Mapping[str, str]) -> None:
    from hubbub.bootstrap import Node, listen
    from hubbub.folder import lock, open_data
    from hubbub.logs import configure

    configure(settings.log_level, settings.log_format)
    listeners = listen(settings)
    folder = open_data(settings)
    held = lock(folder)
    node = Node(settings, folder, given)
    # What is there now stays for good; and garbage is made of what each connection leaves, which is little.
    # With the defaults the collector took 5 % of a busy server and showed in the p99.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        token = await node.services.accounts.offer_admin()
        places = {"data": folder, "config": file_in_use(config)}
        await node.serve(listeners, lambda where: _greet(where, settings, places, token))
    finally:
        await node.close()
        os.close(held)


async def _conformance(port: int, *, engineio: bool) -> None:
    from hubbub.bootstrap import conformance_server

    listener, server = conformance_server(port, engineio=engineio)
    print(
        f"Hubbub {__version__} listens on http://127.0.0.1:{listener.getsockname()[1]}", flush=True
    )
    await server.serve([listener])


def _greet(
    addresses: Sequence[str],
    settings: Settings,
    places: Mapping[str, Path | None],
    token: str | None,
) -> None:
    from hubbub.transport.pages import client_folder

    address, *others = addresses
    print(f"Hubbub {__version__} listens on {address}")
    for other, (_, dialect) in zip(others, settings.listeners, strict=True):
        print(f"  {dialect:<11} {other}")
    for name, path in places.items():
        print(f"  {name:<11} {'none' if path is None else path.resolve()}")
    print(f"  web         {address}/{'' if client_folder() else ' (not built; the page says how)'}")
    print(f"  API         {address}/api/v1/docs")
    print(f"  lens        {address}/lens")
    if settings.guests == "open":
        print("  guests      open: who says a name comes in by mutiperson, without a password")
        if is_loopback(settings.host) and not settings.trusted_proxies:
            # Nothing here can know of a proxy that nobody has told it of.
            print(
                "              If a proxy or a tunnel leads here, set guests and trusted_proxies."
            )
    if token is not None:
        print("  There is no administrator yet.")
        if settings.registration == "open":
            _offer_claim(address, token, has_client=client_folder() is not None)
        _offer_account(places["data"] or Path())
    sys.stdout.flush()


def _offer_claim(address: str, token: str, *, has_client: bool) -> None:
    if has_client:
        print(f"  In a browser: open {address}/#/claim and give it this token, which works once:")
        print(f"    {token}")
        print("  Without a browser: sign up, and with your access token in $token run")
    else:
        print("  Sign up, and with your access token in $token run")
    print(f"    curl -sS {address}/api/v1/auth/claim-admin \\")
    print("      -H \"authorization: Bearer $token\" -H 'content-type: application/json' \\")
    print(f'      -d \'{{"token": "{token}"}}\'')


def _offer_account(folder: Path) -> None:
    print("  Make an account that is one:")
    print(f"    {_program()} user create NAME --admin --data {shlex.quote(str(folder.resolve()))}")


def _program() -> str:
    """How this was started, for a shell."""
    started = shlex.quote(sys.argv[0])
    return f"{shlex.quote(sys.executable)} -m hubbub" if started.endswith(".py") else started


async def _offline(
    settings: Settings,
    folder: Path,
    act: "Callable[[Offline], Awaitable[User]]",
    told: str,
) -> None:
    """Does something to one person, and says so."""
    from hubbub.offline import Offline

    async with Offline(folder, settings.node) as offline:
        person = await act(offline)
    print(f"{told.format(name=person.username, id=person.id)}, in {folder}.")


def _ask_password() -> str:
    """Before the loop runs, which would keep Ctrl-C for itself."""
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        password, again = getpass.getpass("Password: "), getpass.getpass("The same again: ")
    except (EOFError, KeyboardInterrupt):
        print(file=sys.stderr)
        _fail("No password was given; nothing has been changed.", 1)
    if password != again:
        _fail("The two passwords differ; nothing has been changed.", 1)
    return password


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return str(value)


if __name__ == "__main__":
    main()
