"""Notices: changes of library papers at their sources."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from wamkg.identifiers import new_uid, text_hash
from wamkg.json_types import JSON, JsonObject
from wamkg.store.base import by_number, chunks, get_by_prefix, is_live, rows_as, rows_by_number, select_columns
from wamkg.store.tables import Assignment, Batch, Claim, Notice, Paper, Result, Taxon, Taxonomy
from wamkg.vocabulary import PERSON, NoticeKind, NoticeStatus, Standing

WATCHED_FIELDS = ("title", "abstract", "venue", "doi")


@dataclass(frozen=True)
class NewNotice:
    """A change to store; `fields` are set if a person accepts it."""

    paper: int
    kind: NoticeKind
    source: str
    before: str
    after: str
    fields: JsonObject

    @property
    def key(self) -> tuple[int, str, str]:
        """What makes it the same change as another one."""
        return self.paper, self.kind.value, text_hash(self.after)


class ChangedClaim(NamedTuple):
    """A source's claim that replaces another one of it; `before` is None if it is the source's first for the field."""

    paper: int
    field: str
    source: str
    before: JSON
    after: JSON


class NoticeRow(NamedTuple):
    """A notice as lists show it, with its paper's slug and title."""

    uid: str
    kind: str
    status: str
    paper: str
    title: str
    source: str
    before: str
    after: str
    fields: JsonObject
    at: datetime
    revision: int
    number: int


_WATCHED = (Standing.INCLUDED, Standing.CANDIDATE)


def watched_papers(session: Session) -> list[tuple[int, str]]:
    """Number and arXiv id of every included or candidate paper that has one."""
    statement = select_columns(Paper.id, Paper.arxiv).where(
        col(Paper.arxiv).is_not(None), col(Paper.standing).in_(_WATCHED)
    )
    return [(number, arxiv) for number, arxiv in session.exec(statement.order_by(col(Paper.id)))]


def add_notices(session: Session, batch: Batch, found: Iterable[NewNotice]) -> list[NewNotice]:
    """Store notices that are new; returns them."""
    assert batch.id is not None
    wanted = {notice.key: notice for notice in found}
    for part in chunks({paper for paper, _, _ in wanted}):
        columns = select(Notice.paper_id, Notice.kind, Notice.after_hash).where(col(Notice.paper_id).in_(part))
        for paper, kind, after_hash in session.exec(columns):
            wanted.pop((paper, kind, after_hash), None)
    for notice in wanted.values():
        values = {name: getattr(notice, name) for name in ("source", "before", "after", "fields")}
        paper, kind, after_hash = notice.key
        session.add(
            Notice(uid=new_uid(), paper_id=paper, kind=kind, after_hash=after_hash, batch_id=batch.id, **values)
        )
    session.flush()
    return list(wanted.values())


def find_notice(session: Session, uid: str) -> Notice:
    """The notice with that id, or a unique beginning of it, locked until the transaction ends.

    Raises NotFoundError if no notice or several match.
    """
    return get_by_prefix(session, Notice, uid, "wamkg watch --list", hold=True)


def list_notices(
    session: Session, status: NoticeStatus | None = None, paper: int | None = None, limit: int = 100
) -> list[NoticeRow]:
    """Notices, newest first."""
    columns = select_columns(
        Notice.uid, Notice.kind, Notice.status, Paper.slug, Paper.title, Notice.source, Notice.before, Notice.after,
        Notice.fields, Notice.at, Notice.revision, Paper.id,
    ).select_from(Notice).join(Paper, col(Paper.id) == col(Notice.paper_id))  # fmt: skip
    if status is not None:
        columns = columns.where(Notice.status == status)
    if paper is not None:
        columns = columns.where(Notice.paper_id == paper)
    return rows_as(session, columns.order_by(col(Notice.id).desc()).limit(limit), NoticeRow._make)


def newest_claim(session: Session) -> int:
    """Number of the newest claim; 0 if there is none."""
    return session.exec(select(func.max(col(Claim.id)))).one() or 0


def changed_claims(session: Session, since: int) -> list[ChangedClaim]:
    """Claims after number `since` of sources that had said something about the paper before, oldest first."""
    new = select_columns(Claim.id, Claim.subject_id, Claim.field, Claim.source, Claim.value, Claim.batch_id)
    new = new.join(Paper, col(Paper.id) == col(Claim.subject_id)).where(
        col(Claim.id) > since, col(Claim.field).in_(WATCHED_FIELDS), col(Paper.standing).in_(_WATCHED),
        Claim.source != PERSON, col(Claim.value).is_not(None),
    )  # fmt: skip
    fresh = session.exec(new.order_by(col(Claim.id))).all()
    earlier = _claims_by_source(session, {paper for _, paper, *_ in fresh})
    found = []
    for number, paper, field, source, value, batch in fresh:
        said = {name: v for n, made, name, v in earlier[paper, source] if n < number and made != batch}
        if said and said.get(field) != value:
            found.append(ChangedClaim(paper, field, source, said.get(field), value))
    return found


def _claims_by_source(session: Session, papers: set[int]) -> dict[tuple[int, str], list[tuple[int, int, str, JSON]]]:
    """Number, batch, field and value of every claim on some papers, oldest first, by paper and source."""
    columns = select_columns(Claim.subject_id, Claim.source, Claim.id, Claim.batch_id, Claim.field, Claim.value)
    found: dict[tuple[int, str], list[tuple[int, int, str, JSON]]] = defaultdict(list)
    for part in chunks(papers):
        claims = columns.where(col(Claim.subject_id).in_(part)).order_by(col(Claim.id))
        for paper, source, number, batch, field, value in session.exec(claims):
            found[paper, source].append((number, batch, field, value))
    return found


def places_of(session: Session, papers: Sequence[int]) -> dict[int, list[tuple[str, str | None]]]:
    """For each paper its live classes as taxonomy:path, each with the quote that it rests on."""
    statement = (
        select_columns(Assignment.paper_id, Taxonomy.slug, Taxon.path, Assignment.evidence)
        .join(Taxonomy, col(Taxonomy.id) == col(Assignment.taxonomy_id))
        .join(Taxon, col(Taxon.id) == col(Assignment.taxon_id))
        .where(is_live(Assignment))
        .order_by(col(Assignment.id))
    )
    return rows_by_number(session, papers, by_number(statement, col(Assignment.paper_id)), lambda row: _place(*row))


def _place(_paper: int, slug: str, path: str, quote: str | None) -> tuple[str, str | None]:
    return f"{slug}:{path}", quote


def reported_results(session: Session, papers: Sequence[int]) -> dict[int, int]:
    """Number of results that each paper reports."""
    found: dict[int, int] = {}
    for part in chunks(set(papers)):
        counts = select(Result.reported_by_id, func.count()).where(col(Result.reported_by_id).in_(part))
        found |= {paper: n for paper, n in session.exec(counts.group_by(col(Result.reported_by_id))) if paper}
    return found
