"""The stored papers that records may describe, read for matching."""

from collections.abc import Sequence

from sqlmodel import Session

from wamkg.identifiers import title_key
from wamkg.matching.record import Record
from wamkg.matching.same_paper import Known, ids_of
from wamkg.store.duplicates import load_work_groups
from wamkg.store.papers import known_papers, papers_by_ids, papers_by_titles, with_addresses


def known_for(session: Session, records: Sequence[Record]) -> Known:
    """The stored papers that these records may describe."""
    by_id = papers_by_ids(session, [i for record in records for i in ids_of(record)])
    same = papers_by_titles(session, [title_key(r.title) for r in records])
    by_title = {key: with_addresses(session, group) for key, group in same.items()}
    return Known(by_id, by_title, load_work_groups(session).members, known_papers(session, by_id.values()))
