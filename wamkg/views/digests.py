"""What a digest contains: everything that happened in a period and that no earlier digest contains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from wamkg.store import digests
from wamkg.store.digests import Happened, best_before, new_results, told_before
from wamkg.store.tables import Digest
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.store.types import utc_now
from wamkg.taxonomy.health import FEW, taxonomy_health

_HAPPENED = {
    "New candidates": digests.found_papers,
    "Placed": digests.placed_papers,
    "Changed": digests.noticed_changes,
    "Lost quotes": digests.lost_quotes,
    "Citing the survey": digests.citations_of_survey,
    "Open objections": digests.open_objections,
}
THIN, RESULTS = "Thin branches", "New results"


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One thing of a digest. `key` is the same for the same thing, `paper` the id of its paper."""

    key: str
    section: str
    title: str
    text: str
    paper: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One digest: what happened between `since` and `at`. `uid` is empty for one that is not stored."""

    uid: str
    since: datetime
    at: datetime
    entries: list[DigestEntry]


def digest_item(row: Digest) -> DigestItem:
    """A stored digest."""
    entries = [DigestEntry(**entry | {"at": datetime.fromisoformat(entry["at"])}) for entry in row.entries]
    return DigestItem(row.uid, row.since, row.at, entries)


def digest_now(session: Session, since: datetime) -> DigestItem:
    """What a digest would contain now. Nothing is written."""
    told = told_before(session)
    entries = [entry for entry in _everything(session, since) if entry.key not in told]
    return DigestItem("", since, utc_now(), entries)


def _everything(session: Session, since: datetime) -> Iterator[DigestEntry]:
    for section, happened in _HAPPENED.items():
        for one in happened(session, since):
            yield _entry(section, one)
    yield from _thin_branches(session)
    for result in new_results(session, since):
        best = best_before(session, result)
        is_record = best is not None and (result.value > best[0] if best[1] else result.value < best[0])
        record = f", a record: {best[0]:g} before" if is_record and best else ""
        yield _entry(RESULTS, result.happened._replace(text=result.happened.text + record))


def _entry(section: str, one: Happened) -> DigestEntry:
    return DigestEntry(f"{section}:{one.uid}", section, one.title, one.text, one.paper, one.at)


def _thin_branches(session: Session) -> Iterator[DigestEntry]:
    """Leaves of the main taxonomy with few papers; each once for each number of papers."""
    taxonomy = find_default_taxonomy(session)
    now = utc_now()
    for taxon in taxonomy_health(session, taxonomy) if taxonomy else ():
        if any(problem.startswith("fewer than") for problem in taxon.problems):
            text = f"{taxon.support} papers, fewer than {FEW}"
            yield DigestEntry(f"{THIN}:{taxonomy}:{taxon.taxon}:{taxon.support}", THIN, taxon.taxon, text, None, now)
