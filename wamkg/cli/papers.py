"""`set`, `add`: edits by hand."""

import shlex
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_undo, print_warnings
from wamkg.cli.decisions import ByOption, WhyOption
from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject
from wamkg.reviewing.entity_edits import KINDS
from wamkg.reviewing.paper_edits import EditResult
from wamkg.services import entities
from wamkg.services.survey import set_survey
from wamkg.services.writers import Writer


def set_(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="PAPER", help="A paper's id, or survey, method:SLUG, dataset:SLUG, result:ID, taxon:TAXONOMY:PATH."
        ),
    ],
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE...", help="Fields to set. An empty value removes the value you set before."
        ),
    ],
    why: WhyOption = "",
    revision: Annotated[
        int | None, typer.Option("--revision", help="Revision that you saw; fails if it has changed since.")
    ] = None,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Set fields by hand. Later imports do not overwrite them."""
    with open_store() as store:
        if subject == "survey":
            edited = set_survey(store, Writer(by), _pairs(values), why, revision)
        else:
            edited = entities.set_values(store, Writer(by), subject, _pairs(values), why, revision)
    _print_edit(edited, json)


def add(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    values: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="Its fields.")],
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Add a paper, a result, a method or another named entity by hand."""
    with open_store() as store:
        edited = entities.add(store, Writer(by), kind, _pairs(values, kind == "paper"), why)
    _print_edit(edited, json)


def _may_be_pair(values: list[str]) -> bool:
    """Whether the arguments are a field and its value, without the sign between them."""
    return len(values) == 2 and values[0].isidentifier() and "=" not in values[1]


def _pairs(values: list[str], nested: bool = False) -> UncheckedObject:
    """Parse `field=value` arguments. `links.code=...` becomes a mapping, `authors=a; b` a list."""
    pairs: UncheckedObject = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals:
            example = shlex.quote(f"{values[0]}={values[1]}") if _may_be_pair(values) else "for example year=2026"
            raise InvalidInputError(f"{text!r} has no equals sign; write FIELD=VALUE, {example}")
        outer, dot, inner = name.partition(".")
        if nested and dot:
            pairs.setdefault(outer, {})[inner] = value
        elif nested and name in ("authors", "aliases"):
            pairs[name] = [part.strip() for part in value.split(";")]
        else:
            pairs[name] = int(value) if nested and name == "year" and value.isdigit() else value
    return pairs


def _print_edit(edited: EditResult, json: bool) -> None:
    if json:
        print_json(edited)
        return
    for name, (before, after) in edited.changes.items():
        out.print(f"{edited.subject} {name}: {before if before is not None else 'nothing'} -> {after}")
    print_warnings(edited.alarms)
    if edited.batch is None:
        out.print(f"{edited.subject} already has these values; nothing was written")
    else:
        print_undo(edited.batch)
