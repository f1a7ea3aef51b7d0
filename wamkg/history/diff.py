"""Differences between two releases: papers added, removed and moved, taxa renamed, venues, counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from wamkg.store.paper_details import AssignmentRow, PaperRow, assignments_of, listed_numbers, paper_rows
from wamkg.store.taxonomies import list_taxonomies, uids_of_taxa
from wamkg.vocabulary import AssignmentStatus


@dataclass(frozen=True)
class PaperEntry:
    """A paper that only one of the releases has."""

    paper: str
    title: str
    taxa: dict[str, str]


@dataclass(frozen=True)
class Moved:
    """A paper whose primary assignment in a taxonomy changed, with who changed it and why."""

    paper: str
    title: str
    taxonomy: str
    before: str | None
    after: str | None
    by: str | None
    why: str | None


@dataclass(frozen=True)
class Renamed:
    """A taxon or (without a taxonomy) a paper with a new name: path and name for a taxon, title for a paper."""

    taxonomy: str | None
    before: str
    after: str


@dataclass(frozen=True)
class VenueChanged:
    """A paper with another venue."""

    paper: str
    title: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ReleaseDiff:
    """All differences between release `a` and release `b`; `counts` has [a, b] for each measure."""

    a: str
    b: str
    added: list[PaperEntry]
    removed: list[PaperEntry]
    moved: list[Moved]
    renamed: list[Renamed]
    venues: list[VenueChanged]
    counts: dict[str, list[int]]


@dataclass(frozen=True)
class _ReleaseContent:
    papers: Mapping[str, PaperRow]
    """Papers of the library by permanent id."""
    places: Mapping[str, Mapping[str, AssignmentRow]]
    """Permanent id of a paper -> taxonomy -> its live primary assignment."""
    taxa: Mapping[str, tuple[str, str, str]]
    """Permanent id of a taxon -> (taxonomy, path, name)."""


def diff_releases(a: Session, b: Session, names: tuple[str, str]) -> ReleaseDiff:
    """Compare two releases. Papers and taxa are matched by permanent id, whatever their names."""
    old, new = _read(a), _read(b)
    kept = [uid for uid in new.papers if uid in old.papers]
    return ReleaseDiff(
        a=names[0],
        b=names[1],
        added=[_entry(new, uid) for uid in new.papers if uid not in old.papers],
        removed=[_entry(old, uid) for uid in old.papers if uid not in new.papers],
        moved=[move for uid in kept for move in _moves(old, new, uid)],
        renamed=_renamed(old, new, kept),
        venues=[
            VenueChanged(_slug(new, uid), new.papers[uid].title, _venue(old.papers[uid]), _venue(new.papers[uid]))
            for uid in kept
            if _venue(old.papers[uid]) != _venue(new.papers[uid])
        ],
        counts=_counts(old, new),
    )


def _read(session: Session) -> _ReleaseContent:
    rows = paper_rows(session, listed_numbers(session), texts=False)
    papers = {row.uid: row for row in sorted(rows.values(), key=lambda row: row.slug)}
    numbers = {row.id: row.uid for row in papers.values()}
    places: dict[str, dict[str, AssignmentRow]] = {}
    for number, group in assignments_of(session, numbers).items():
        places[numbers[number]] = {a.taxonomy: a for a in group if a.primary}
    taxa = {
        uid: (taxonomy.slug, path, name)
        for taxonomy in list_taxonomies(session)
        for uid, path, name in uids_of_taxa(session, taxonomy)
    }
    return _ReleaseContent(papers, places, taxa)


def _slug(edition: _ReleaseContent, uid: str) -> str:
    return str(edition.papers[uid].slug)


def _entry(edition: _ReleaseContent, uid: str) -> PaperEntry:
    taxa = {slug: _where(a) for slug, a in edition.places.get(uid, {}).items()}
    return PaperEntry(_slug(edition, uid), edition.papers[uid].title, taxa)


def _where(assignment: AssignmentRow) -> str:
    return str(assignment.taxon if assignment.status == AssignmentStatus.PLACED else assignment.status)


def _moves(old: _ReleaseContent, new: _ReleaseContent, uid: str) -> list[Moved]:
    before, after = old.places.get(uid, {}), new.places.get(uid, {})
    found = []
    for slug in sorted({*before, *after}):
        a, b = before.get(slug), after.get(slug)
        if a is not None and b is not None and (a.taxon_uid or a.status) == (b.taxon_uid or b.status):
            continue
        found.append(
            Moved(
                _slug(new, uid), new.papers[uid].title, slug, _where(a) if a else None, _where(b) if b else None,
                b.by if b else None, (b.note or b.reason) if b else None,
            )
        )  # fmt: skip
    return found


def _renamed(old: _ReleaseContent, new: _ReleaseContent, kept: list[str]) -> list[Renamed]:
    taxa = [
        Renamed(now[0], f"{old.taxa[uid][1]} ({old.taxa[uid][2]})", f"{now[1]} ({now[2]})")
        for uid, now in new.taxa.items()
        if uid in old.taxa and old.taxa[uid][1:] != now[1:]
    ]
    titles = [
        Renamed(None, old.papers[uid].title, new.papers[uid].title)
        for uid in kept
        if old.papers[uid].title != new.papers[uid].title
    ]
    return taxa + titles


def _venue(row: PaperRow) -> str | None:
    year = None if row.year_derived else row.year
    return " ".join(str(part) for part in (row.venue, year) if part is not None) or None


def _counts(old: _ReleaseContent, new: _ReleaseContent) -> dict[str, list[int]]:
    found = {"papers": [len(old.papers), len(new.papers)], "taxa": [len(old.taxa), len(new.taxa)]}
    for slug in sorted({a for edition in (old, new) for group in edition.places.values() for a in group}):
        found[f"placed in {slug}"] = [_placed(edition, slug) for edition in (old, new)]
    return found


def _placed(edition: _ReleaseContent, slug: str) -> int:
    return sum(slug in group and group[slug].status == AssignmentStatus.PLACED for group in edition.places.values())
