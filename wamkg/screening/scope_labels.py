"""What a store knows of the scope of its survey: decided papers, and the names of the field."""

import re

from sqlmodel import Session

from wamkg.errors import InvalidInputError, NotFoundError
from wamkg.screening.scope import ScopeLabels
from wamkg.screening.session import split_by_label
from wamkg.store.paper_texts import paper_texts
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import aliases_of, get_taxonomy
from wamkg.suggesting.corpus import document_of, load_corpus
from wamkg.vocabulary import Standing

_KIND = re.compile(r"\b(?:a |the )?(?:survey|review|overview)(?: of| on)?\b", re.IGNORECASE)


def scope_labels(session: Session, slug: str) -> ScopeLabels:
    """Read the labels: inside are papers that are placed or that a person included; outside are those decided
    `outside` and those excluded. A store without a taxonomy has none.
    """
    try:
        corpus = load_corpus(session, slug)
    except (NotFoundError, InvalidInputError):
        return ScopeLabels((), (), field_names(session, ""))
    inside, outside, _ = split_by_label(corpus)
    excluded = [document_of(paper) for paper in paper_texts(session, (Standing.EXCLUDED,))]
    return ScopeLabels(tuple(inside), (*outside, *excluded), field_names(session, slug))


def field_names(session: Session, slug: str) -> tuple[str, ...]:
    """The names of the field: title and aliases of the taxonomy, and the survey's title before a colon and short name,
    without words such as "survey"; singular and plural, with spaces or hyphens, are one name.
    """
    given: list[str] = []
    if slug:
        taxonomy = get_taxonomy(session, slug)
        assert taxonomy.id is not None
        given += [taxonomy.title, *aliases_of(session, [taxonomy.id]).get(taxonomy.id, [])]
    if (survey := find_survey(session)) is not None:
        given += [survey.title.partition(":")[0], survey.short_name]
    names = (_KIND.sub("", name).strip().removesuffix("s") for name in given)
    return tuple({re.sub(r"[\s-]+", " ", name).casefold(): name for name in names if len(name) > 1}.values())
