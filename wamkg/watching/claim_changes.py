"""What enrichment and imports have changed since the last time: a source now says something else than before."""

import re
from collections.abc import Iterator

from sqlmodel import Session

from wamkg.identifiers import is_preprint_venue, is_publisher_doi, title_key
from wamkg.json_types import JsonObject
from wamkg.store.notices import ChangedClaim, NewNotice, changed_claims, newest_claim
from wamkg.vocabulary import NoticeKind

CLAIM = "claim"
"""Key of the cursor: the newest claim that was compared."""
_KINDS = {"title": NoticeKind.TITLE, "abstract": NoticeKind.ABSTRACT, "venue": NoticeKind.VENUE}
_RETRACTED = re.compile(r"^\W*(?:retracted|retraction)\b", re.I)


def changes_of_claims(session: Session, cursor: JsonObject) -> tuple[list[NewNotice], JsonObject]:
    """Changes of library papers in the claims since the cursor, and the next cursor. At first there are none."""
    until = newest_claim(session)
    since = cursor.get(CLAIM)
    found = list(_notices(changed_claims(session, since))) if isinstance(since, int) else []
    return found, {CLAIM: until}


def _notices(changed: list[ChangedClaim]) -> Iterator[NewNotice]:
    for claim in changed:
        before, after = str(claim.before or ""), str(claim.after)
        if claim.field == "title" and _RETRACTED.search(after):
            yield _notice(claim, NoticeKind.RETRACTED, before, after)
        elif _is_publication(claim):
            yield _notice(claim, NoticeKind.PUBLISHED, before, f"{claim.field} {after}")
        elif claim.before and claim.field in _KINDS and title_key(before) != title_key(after):
            yield _notice(claim, _KINDS[claim.field], before, after)


def _notice(claim: ChangedClaim, kind: NoticeKind, before: str, after: str) -> NewNotice:
    """The source's value is stored already and shown if its precedence says so, hence accepting sets nothing."""
    return NewNotice(claim.paper, kind, claim.source, before, after, {})


def _is_publication(claim: ChangedClaim) -> bool:
    """Whether a preprint got a venue or a publisher's DOI."""
    if claim.field == "doi":
        return is_publisher_doi(str(claim.after)) and not is_publisher_doi(str(claim.before or ""))
    was_preprint = not claim.before or is_preprint_venue(str(claim.before))
    return claim.field == "venue" and was_preprint and not is_preprint_venue(str(claim.after))
