"""`token`: who may write over HTTP."""

import getpass
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, err, open_store, out, print_json, print_table
from wamkg.services import tokens
from wamkg.store.session import Store
from wamkg.store.tokens import Issued, list_tokens
from wamkg.vocabulary import PERSON, PROGRAM, Role

token = typer.Typer(
    help="Manage access over HTTP: tokens for programs, sign-in links for people.", no_args_is_help=True
)


def user_name() -> str:
    """Name of the user who runs this process, if the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "owner"


RoleOption = Annotated[str, typer.Option("--role", help=f"One of {', '.join(Role)}.")]
NameOption = Annotated[
    str | None, typer.Option("--name", help="Name of the person or program; default: your user name.")
]


@token.command("create")
def create(
    role: RoleOption = Role.CURATOR,
    name: NameOption = None,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    program: Annotated[
        bool, typer.Option("--program", help="The token belongs to a program, which may not make decisions.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Create a token and print it. It is shown only once; the store keeps a hash."""
    kind = PROGRAM if program else PERSON
    with open_store() as store:
        made = tokens.create_token(store, name or user_name(), role, label, kind)
    if json:
        print_json(_shown(made))
        return
    out.print(made.secret)
    err.print(
        f"{made.role} {made.name}, id {made.uid}; send it as `Authorization: Bearer TOKEN`; it will not be shown again"
    )


def _shown(made: Issued) -> dict[str, str]:
    return {"token": made.secret, "uid": made.uid, "name": made.name, "role": made.role}


@token.command("link")
def link(
    role: RoleOption = Role.CURATOR,
    name: NameOption = None,
    base: Annotated[str, typer.Option("--base", help="URL of the pages.")] = "http://127.0.0.1:8000",
) -> None:
    """Print a one-time sign-in link, valid for one hour."""
    with open_store() as store:
        made = tokens.create_link(store, name or user_name(), role)
    out.print(tokens.sign_in_link(base, made))


@token.command("list")
def list_(json: JsonOption = False) -> None:
    """List tokens, sessions and links, newest first."""
    with open_store() as store, store.reading() as session:
        found = list_tokens(session)
    if json:
        print_json([t.model_dump(exclude={"id", "actor_id", "hash"}) | {"name": name} for t, name in found])
        return
    rows = [
        [t.uid, t.kind, name, t.role, f"{t.created_at:%F %T}", _time(t.expires_at), _time(t.revoked_at), t.label]
        for t, name in found
    ]
    print_table("", ["id", "kind", "name", "role", "made", "ends", "revoked", "label"], rows)


def _time(at: object) -> str:
    return f"{at:%F %T}" if at else ""


@token.command("revoke")
def revoke(
    uid: Annotated[str, typer.Argument(metavar="ID", help="Id of the token, or its beginning.")],
    json: JsonOption = False,
) -> None:
    """Revoke a token and all sessions opened with it."""
    with open_store() as store:
        ended = tokens.revoke(store, uid)
    if json:
        print_json(ended.model_dump(include={"uid", "role", "label", "revoked_at"}))
    else:
        out.print(f"token {ended.uid} ({ended.role}) is revoked")


def first_link(store: Store, base: str) -> str | None:
    """A sign-in link for the owner of a store without any credentials; None if there are some."""
    made = tokens.create_first_link(store, user_name())
    return tokens.sign_in_link(base, made) if made else None
