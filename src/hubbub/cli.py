"""The command line. Exit codes: 0 done, 1 it could not be done, 2 it was asked for wrongly."""

import asyncio
import gc
import getpass
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import cyclopts
from cyclopts import Parameter

from hubbub import __version__
from hubbub.config import BadSetting, Settings, effective, load

app = cyclopts.App(
    name="hubbub",
    help="Hubbub: one chat server that speaks many chat protocols and loses nothing.",
    version=__version__,
    help_format="plaintext",
)
user = cyclopts.App(name="user", help="Accounts.", help_format="plaintext")
app.command(user)

Data = Annotated[str | None, Parameter(help="Folder of the database, the images and the secret.")]
Config = Annotated[Path | None, Parameter(help="A TOML file; hubbub.toml if it is there.")]


@app.command
def serve(
    *,
    host: Annotated[str | None, Parameter(help="Address to listen on. Default 127.0.0.1.")] = None,
    port: Annotated[int | None, Parameter(help="Port. Default 3000; 0 picks a free one.")] = None,
    listen: Annotated[
        list[str] | None,
        Parameter(help="PORT=DIALECT: one more port, all for one dialect. May be given again."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    settings = _load(config, host=host, port=port, listen=listen, data=data)
    _run(lambda: _serve(settings))


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
def show_config(*, data: Data = None, config: Config = None) -> None:
    """Print the effective settings as TOML, secrets masked."""
    for key, value in effective(_load(config, data=data)).items():
        print(f"{key} = {_toml(value)}")


@user.command
def create(
    name: Annotated[str, Parameter(help="The user name.")],
    *,
    email: Annotated[str | None, Parameter(help="An e-mail to sign in with as well.")] = None,
    admin: Annotated[bool, Parameter(help="Make an administrator.", negative="")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make an account. The password is asked for, or read as one line from standard input."""
    settings = _load(config, data=data)
    _run(lambda: _create(settings, name, email, is_admin=admin))


@user.command(name="set-admin")
def set_admin(
    name: Annotated[str, Parameter(help="The user name or e-mail.")],
    *,
    revoke: Annotated[bool, Parameter(help="Take it away again.", negative="")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make somebody an administrator. Open connections learn of it when they sign in again."""
    settings = _load(config, data=data)
    _run(lambda: _set_admin(settings, name, is_admin=not revoke))


def main() -> None:
    """The program."""
    try:
        app(exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        _fail(f"{str(error).strip()} See `hubbub --help`.", 2)
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
    from hubbub.bootstrap import Unstartable
    from hubbub.model.errors import Refused
    from hubbub.storage.migrate import BadDatabase

    try:
        yield
    except (Unstartable, BadSecret, BadDatabase) as error:
        _fail(str(error), 1)
    except Refused as refusal:
        _fail(refusal.message, 1)


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with _one_line_errors():
        try:
            import uvloop
        except ImportError:  # there is none for Windows
            asyncio.run(work())
        else:
            uvloop.run(work())


async def _serve(settings: Settings) -> None:
    from hubbub.bootstrap import Node, lock, open_data
    from hubbub.logs import configure

    configure(settings.log_level, settings.log_format)
    folder = open_data(settings)
    held = lock(folder)
    node = Node(settings, folder)
    # What is there now stays for good; and garbage is made of what each connection leaves, which is little.
    # With the defaults the collector took 5 % of a busy server and showed in the p99.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        token = await node.services.accounts.offer_admin()
        await node.serve(lambda addresses: _greet(addresses, settings, folder, token))
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


def _greet(addresses: Sequence[str], settings: Settings, folder: Path, token: str | None) -> None:
    address, *others = addresses
    print(f"Hubbub {__version__} listens on {address}")
    for other, (_, dialect) in zip(others, settings.listeners, strict=True):
        print(f"  {dialect:<9} {other}")
    print(f"  data      {folder.resolve()}")
    print(f"  API       {address}/api/v1/docs")
    if token is not None:
        print("  There is no administrator yet. Sign up, then become the first one with")
        print(f'    POST {address}/api/v1/auth/claim-admin  {{"token": "{token}"}}')
        print(f"  or run: hubbub user create NAME --admin --data {folder}")
    sys.stdout.flush()


async def _create(settings: Settings, name: str, email: str | None, *, is_admin: bool) -> None:
    from hubbub.bootstrap import Offline

    password = _ask_password()
    async with Offline(settings) as offline:
        made = await offline.create_user(name, password, email, is_admin=is_admin)
    print(f"Made {made.username}, id {made.id}.")


async def _set_admin(settings: Settings, name: str, *, is_admin: bool) -> None:
    from hubbub.bootstrap import Offline

    async with Offline(settings) as offline:
        changed = await offline.set_admin(name, is_admin=is_admin)
    print(f"{changed.username} is {'now' if is_admin else 'no longer'} an administrator.")


def _ask_password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


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
