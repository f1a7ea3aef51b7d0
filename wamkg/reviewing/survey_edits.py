"""Rules of the survey's row: what its fields may hold, and setting them in a batch."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import yaml
from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.identifiers import slugify
from wamkg.json_types import JSON, JsonObject
from wamkg.near_matches import unknown
from wamkg.reviewing.paper_edits import EditResult, ValueChange
from wamkg.store.base import refuse_stale
from wamkg.store.batches import close_batch, drop_batch, open_batch, update_row
from wamkg.store.session import one_writer
from wamkg.store.survey import find_survey, insert_survey
from wamkg.store.tables import Actor, Batch, Survey
from wamkg.store.taxonomies import get_taxonomy
from wamkg.vocabulary import (
    BRANCH_COLORS,
    DATE_RULES,
    DIAGRAMS,
    ROUTE_KINDS,
    ROUTES_OF_EVERY_SURVEY,
    BatchKind,
    RouteKind,
)

TEXT_FIELDS = ("title", "short_name", "abstract", "citation", "home_page", "main_taxonomy", "date_rule")
LIST_FIELDS = ("authors", "outside_kinds", "branches", "definitions", "routes")
FIELDS = (*TEXT_FIELDS, *LIST_FIELDS)
_PARTS = {
    "authors": ({"name"}, {"affiliations", "note"}),
    "branches": ({"slug"}, {"name", "color"}),
    "definitions": ({"term", "text"}, {"formula", "short", "limit", "section", "diagram", "taxon", "names"}),
    "routes": ({"name", "kind"}, {"query", "source"}),
}
"""Needed and other keys of the items of a list."""


def set_survey(
    session: Session, actor: Actor, values: Mapping[str, JSON], why: str = "", revision: int | None = None
) -> EditResult:
    """Set fields of the survey; makes it if the store has none and a title is given.

    A list may be given as YAML or JSON text.

    Raises InvalidInputError for a value that a field cannot hold, ConflictError if the survey is newer than `revision`,
    and NotFoundError for an unknown main taxonomy.
    """
    one_writer(session)
    checked = {name: _checked(session, name, value) for name, value in values.items()}
    survey = find_survey(session)
    if survey is not None:
        refuse_stale("the survey", survey.revision, revision)
    batch = open_batch(session, BatchKind.EDIT, "survey", actor)
    changed: dict[str, ValueChange]
    if survey is None:
        survey = make_survey(session, batch, checked)
        changed = {name: (None, value) for name, value in checked.items()}
    else:
        changed = update_row(session, batch, survey, checked, why)
    if changed:
        close_batch(session, batch, {"fields": len(changed)})
    else:
        drop_batch(session, batch)
    return EditResult(batch.uid if changed else None, "survey", changed, survey.revision, [])


def make_survey(session: Session, batch: Batch, values: Mapping[str, JSON]) -> Survey:
    """Make the survey within a batch, with the values of a file or a person.

    Raises InvalidInputError.
    """
    checked = {name: _checked(session, name, value) for name, value in values.items()}
    if not checked.get("title"):
        raise InvalidInputError("the store has no survey yet; give it a title: `wamkg set survey title='...'`")
    return insert_survey(session, batch, checked)


def _checked(session: Session, name: str, value: JSON) -> JSON:
    if name not in FIELDS:
        raise InvalidInputError(unknown("field of the survey", name, FIELDS))
    if name in LIST_FIELDS:
        return _checked_list(name, value)
    text = str(value).strip()
    if "\x00" in text:
        raise InvalidInputError(f"{name} has a NUL character, which the database cannot store")
    return _CHECKS.get(name, _any_text)(session, text)


def _any_text(session: Session, text: str) -> str:
    return text


def _title(session: Session, text: str) -> str:
    if not text:
        raise InvalidInputError("a survey needs a title")
    return " ".join(text.split())


def _home_page(session: Session, text: str) -> str:
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise InvalidInputError(f"home_page {text[:100]!r} is not a web address; begin it with https://")
    return text


def _main_taxonomy(session: Session, text: str) -> str:
    return get_taxonomy(session, text).slug if text else ""


def _date_rule(session: Session, text: str) -> str:
    if text not in DATE_RULES:
        raise InvalidInputError(unknown("date rule", text, DATE_RULES))
    return text


_CHECKS: dict[str, Callable[[Session, str], str]] = {
    "title": _title,
    "home_page": _home_page,
    "main_taxonomy": _main_taxonomy,
    "date_rule": _date_rule,
}


def _checked_list(name: str, value: JSON) -> list[JSON]:
    if isinstance(value, str):
        try:
            value = yaml.safe_load(value) if value.strip() else []
        except yaml.YAMLError as error:
            raise InvalidInputError(f"{name} is not valid YAML or JSON: {error}") from error
    if "\x00" in str(value):
        raise InvalidInputError(f"{name} has a NUL character, which the database cannot store")
    if not isinstance(value, list):
        raise InvalidInputError(f"{name} is a list; write it as YAML or JSON, for example {_example(name)}")
    if name == "outside_kinds":
        return [_slug(name, item) for item in value]
    items = [_item(name, item) for item in value]
    for item in items if name == "definitions" else ():
        if item.get("diagram") and item["diagram"] not in DIAGRAMS:
            raise InvalidInputError(unknown("diagram", str(item["diagram"]), DIAGRAMS))
    for item in items if name == "branches" else ():
        item["slug"] = _slug(name, item["slug"])
        if item.get("color") and item["color"] not in BRANCH_COLORS:
            raise InvalidInputError(unknown("color", str(item["color"]), BRANCH_COLORS))
    if name == "routes":
        _check_routes(items)
    return [*items]


def _check_routes(items: list[JsonObject]) -> None:
    for item in items:
        item["name"] = _slug("routes", item["name"])
        if item["kind"] not in ROUTE_KINDS:
            raise InvalidInputError(unknown("kind of route", str(item["kind"]), tuple(ROUTE_KINDS)))
        needed = ROUTE_KINDS[RouteKind(str(item["kind"]))]
        if not str(item.get(needed) or "").strip():
            raise InvalidInputError(f"routes: {item['name']!r} of kind {item['kind']} needs a {needed}")
        if item["name"] in ROUTES_OF_EVERY_SURVEY:
            raise InvalidInputError(f"routes: every survey has the route {item['name']!r}; give yours another name")
    names = [str(item["name"]) for item in items]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InvalidInputError(f"routes: two are called {twice!r}; give each a name of its own")


def _slug(name: str, item: JSON) -> str:
    text = str(item)
    if slugify(text) != text:
        raise InvalidInputError(f"{name}: {text[:100]!r} is not a valid slug; write {slugify(text)!r}")
    return text


def _item(name: str, item: JSON) -> JsonObject:
    needed, other = _PARTS[name]
    if name == "authors" and isinstance(item, str):
        item = {"name": item}
    if not isinstance(item, dict) or not needed <= item.keys() or item.keys() - needed - other:
        keys = ", ".join([*sorted(needed), *(f"{key} (not needed)" for key in sorted(other))])
        raise InvalidInputError(f"{name}: an item has {keys}; for example {_example(name)}")
    lists = {"affiliations", "names"}
    wrong = [key for key, part in item.items() if not isinstance(part, list if key in lists else str)]
    if wrong:
        raise InvalidInputError(f"{name}: {wrong[0]} is a {'list' if wrong[0] in lists else 'text'}")
    return {key: [str(one) for one in part] if key in lists else part for key, part in item.items()}


def _example(name: str) -> str:
    return {
        "authors": "[{name: Ada Byron, affiliations: [A University]}]",
        "outside_kinds": "[survey, other]",
        "branches": "[{slug: joint, name: Joint, color: blue}]",
        "definitions": "[{term: Planner, text: What it does.}]",
        "routes": "[{name: planners, kind: arxiv, query: 'abs:\"motion planner\"'}]",
    }[name]
