"""Publications and citations over time."""

from collections.abc import Mapping, Sequence

from wamkg.store.session import Store
from wamkg.views.timelines import (
    WHOLE,
    CitationTimeline,
    PaperTimeline,
    Span,
    citation_timeline,
    compare_citations,
    papers_timeline,
)


def timeline_papers(store: Store, by: str, taxonomy: str, depth: int) -> PaperTimeline:
    """Papers over time, split by taxon."""
    with store.reading() as session:
        return papers_timeline(session, by, taxonomy, depth)


def timeline_citations(store: Store, by: str, subject: Mapping[str, str], span: Span = WHOLE) -> CitationTimeline:
    """Citing papers over time; the subject is a `paper`, a `method` or a `taxon` and its name."""
    with store.reading() as session:
        return citation_timeline(session, by, **subject, span=span)


def compare_timelines(store: Store, by: str, subjects: Sequence[str], span: Span = WHOLE) -> list[CitationTimeline]:
    """Citing papers of several subjects over the same periods."""
    with store.reading() as session:
        return compare_citations(session, subjects, by, span)
