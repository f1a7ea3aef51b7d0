"""Publications and citations over time."""

from wamkg.store.session import Store
from wamkg.views.timelines import CitationTimeline, PaperTimeline, citation_timeline, papers_timeline


def timeline_papers(store: Store, by: str, taxonomy: str, depth: int) -> PaperTimeline:
    """Papers over time, split by taxon."""
    with store.reading() as session:
        return papers_timeline(session, by, taxonomy, depth)


def timeline_citations(store: Store, by: str, **subject: str | None) -> CitationTimeline:
    """Citing papers over time, of a `paper`, a `method` or a `taxon`."""
    with store.reading() as session:
        return citation_timeline(session, by, **subject)
