"""The texts of papers, for encoding and for suggesting."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from wamkg.store.base import select_columns
from wamkg.store.papers import methods_of
from wamkg.store.tables import Alias, Paper
from wamkg.vocabulary import Standing

_OF_SURVEY = (Standing.INCLUDED, Standing.CANDIDATE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(A-Z0-9πΑ-Ω])")


@dataclass(frozen=True)
class PaperText:
    """One paper as text; `names` are the names of the method it proposes."""

    id: int
    slug: str
    arxiv: str | None
    title: str
    abstract: str | None
    summary: str | None
    date: str
    names: tuple[str, ...]
    standing: str


def body_of(abstract: str | None, summary: str | None) -> tuple[str, str]:
    """The text used besides the title, and its kind: `abstract`, else `summary`, else `title` (no text)."""
    source = "abstract" if abstract else "summary" if summary else "title"
    return source, abstract or summary or ""


def sentences(text: str) -> list[str]:
    """Split a text into sentences at end marks followed by a capital letter, a digit or a quote."""
    return [s.strip() for s in _SENTENCE_END.split(text) if s.strip()]


def whole_text(title: str, body: str) -> str:
    """Title and body as one text: what is hashed, encoded and counted."""
    return f"{title}\n{body}".strip()


def paper_texts(session: Session, standings: Collection[Standing] = _OF_SURVEY) -> list[PaperText]:
    """Texts of papers with these standings, oldest first; by default of all that are, or may become, part of the
    survey.
    """
    columns = (
        Paper.id, Paper.slug, Paper.arxiv, Paper.title, Paper.abstract, Paper.summary, Paper.date, Paper.standing
    )  # fmt: skip
    wanted = select_columns(*columns).where(col(Paper.standing).in_(standings))
    rows = session.exec(wanted.order_by(col(Paper.id))).all()
    names = _method_names(session, [row[0] for row in rows])
    return [
        PaperText(
            *(number, slug, arxiv, title, abstract, summary),
            date=day.isoformat() if day else "",
            names=names.get(number, ()),
            standing=standing,
        )
        for number, slug, arxiv, title, abstract, summary, day, standing in rows
    ]


def _method_names(session: Session, papers: list[int]) -> dict[int, tuple[str, ...]]:
    methods = methods_of(session, papers)
    owners = {method.id: paper for paper, method in methods.items()}
    names: dict[int, list[str]] = {paper: [method.name] for paper, method in methods.items()}
    for alias in session.exec(select(Alias).where(Alias.kind == "spelling").order_by(col(Alias.id))):
        if alias.entity_id in owners:
            names[owners[alias.entity_id]].append(alias.name)
    return {paper: tuple(given) for paper, given in names.items()}
