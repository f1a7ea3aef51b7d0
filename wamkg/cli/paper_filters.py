"""One option for each filter of papers, for commands that list or write papers."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter
from inspect import signature as signature_of
from typing import Annotated, Any, TypeVar, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from wamkg.store.paper_filter import MANY_VALUED, PaperFilter
from wamkg.store.session import Session
from wamkg.store.taxonomies import default_taxonomy, find_default_taxonomy, get_taxonomy, list_taxa, list_taxonomies

T = TypeVar("T")
FilterValues = Mapping[str, Any]
"""The filters that were given, each of the type of its field in `PaperFilter`, which checks them."""


def with_paper_filters(command: Callable[..., T]) -> Callable[..., T]:
    """Give a command one option for each filter of papers; it gets those that were given as `filters`.

    A filter with the name of a parameter of the command is left out.
    """
    own = signature_of(command).parameters
    fields = {name: info for name, info in PaperFilter.model_fields.items() if name not in own}
    return with_options(command, "filters", [_filter_option(name, info) for name, info in fields.items()])


def with_options(command: Callable[..., T], group: str, options: Sequence[Parameter]) -> Callable[..., T]:
    """Replace the parameter `group` of a command by options; it gets those that were given as a mapping."""
    signature = signature_of(command)
    own = [parameter for name, parameter in signature.parameters.items() if name != group]

    @wraps(command)
    def run(**values: Any) -> T:
        given = {option.name: values.pop(option.name) for option in options}
        chosen = {name: value for name, value in given.items() if value not in (None, [])}
        return command(**{group: chosen}, **values)

    run.__annotations__ = {p.name: p.annotation for p in (*options, *own)}
    run.__signature__ = signature.replace(parameters=[p.replace(kind=Parameter.KEYWORD_ONLY) for p in (*options, *own)])  # type: ignore[attr-defined]
    return run


def _filter_option(name: str, info: FieldInfo) -> Parameter:
    kind: Any = str | None
    if name in MANY_VALUED:
        value: Any = get_args(info.annotation)[0]
        value = get_args(value)[0] if get_origin(value) is Annotated else value
        kind = list[value] | None
    option = typer.Option(f"--{(info.alias or name).replace('_', '-')}", help=info.description)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


def in_main_taxonomy(session: Session, filters: FilterValues) -> FilterValues:
    """The filters of papers; a taxon or a state without a taxonomy is of the main one, and a taxonomy's name is all of
    it.
    """
    whole = {taxonomy.slug for taxonomy in list_taxonomies(session)} if filters.get("taxon") else set()
    if whole and (main := find_default_taxonomy(session)):
        whole -= {taxon.path for taxon in list_taxa(session, get_taxonomy(session, main))}
    named = {
        name: tuple(
            text if ":" in text or (name == "taxon" and text in whole) else f"{default_taxonomy(session)}:{text}"
            for text in filters.get(name, ())
        )
        for name in ("taxon", "state")
    }
    return {**filters, **named}
