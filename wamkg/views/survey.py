"""The survey as pages, the API and the command line show it."""

from dataclasses import dataclass, fields

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.json_types import UncheckedObject
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import find_default_taxonomy, get_taxonomy, list_taxonomies


@dataclass(frozen=True, slots=True)
class SurveyItem(WithFormerNames):
    """The survey: title, authors, how to cite it, main taxonomy, and how papers are divided, dated and colored.

    `authors` has items with `name`, `affiliations` and `note`; `branches` with `slug`, `name` and `color`;
    `definitions` with `term`, `text`, `short`, `formula`, `limit`, `section`, `diagram`, `taxon` and `names`; `routes`,
    where new papers are looked for, with `name`, `kind` and `query` or `source`.
    """

    title: str
    short_name: str
    authors: list[UncheckedObject]
    abstract: str
    citation: str
    home_page: str
    main_taxonomy: str
    outside_kinds: list[str]
    branches: list[UncheckedObject]
    date_rule: str
    definitions: list[UncheckedObject]
    routes: list[UncheckedObject]
    revision: int
    version: Former[int] = former("revision")


NO_NAME = "Living Survey"
"""Name of a store that has neither a survey nor a main taxonomy."""


def site_name(session: Session) -> str:
    """What pages and lists are headed with: the survey's title up to a colon, else the main taxonomy's title."""
    row = find_survey(session)
    if row is not None:
        return row.title.partition(":")[0].strip() or row.title
    main = find_default_taxonomy(session)
    return get_taxonomy(session, main).title if main else NO_NAME


def how_to_begin(session: Session) -> str:
    """What to do in a store that has no survey; empty if it has one."""
    if find_survey(session) is not None:
        return ""
    if list_taxonomies(session):
        return "The store has no survey yet; `wamkg set survey title='...'` makes one of its papers and taxonomies"
    return (
        "The store has no survey yet; `wamkg init --from LIST.md` makes one of a list, and "
        "`wamkg init --taxonomy FILE.yaml` one of a taxonomy"
    )


def survey_item(session: Session) -> SurveyItem:
    """The survey of the store.

    Raises NotFoundError if nobody made one.
    """
    row = find_survey(session)
    if row is None:
        raise NotFoundError("the store has no survey yet; `wamkg set survey title='...'` makes one")
    return SurveyItem(**{each.name: getattr(row, each.name) for each in fields(SurveyItem) if each.init})
