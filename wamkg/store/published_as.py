"""Links a preprint to its published record if the store has both as papers."""

from sqlmodel import Session, select

from wamkg.store.tables import Link
from wamkg.vocabulary import Relation


def link_published(session: Session, batch: int, preprint: int, published: int, source: str = "s2") -> bool:
    """Link a preprint to its published record; returns whether the link is new."""
    same = select(Link).where(
        Link.source_id == preprint, Link.relation == Relation.PUBLISHED_AS, Link.target_id == published
    )
    if session.exec(same).first():
        return False
    session.add(
        Link(source_id=preprint, relation=Relation.PUBLISHED_AS, target_id=published, source=source, batch_id=batch)
    )
    session.flush()
    return True
