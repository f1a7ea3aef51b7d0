"""Digests: make one of everything new, and write one in a format."""

import re
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlmodel import Session

from wamkg.errors import InvalidInputError
from wamkg.exporting.digest import DIGEST_FORMATS, DigestFormat
from wamkg.identifiers import new_uid
from wamkg.parameters import parse_moment
from wamkg.services.writers import Writer
from wamkg.store.batches import close_batch, open_batch
from wamkg.store.session import Store, one_writer
from wamkg.store.survey import find_survey
from wamkg.store.tables import Digest
from wamkg.store.types import utc_now
from wamkg.views.digests import DigestItem, digest_now
from wamkg.views.survey import site_name
from wamkg.vocabulary import BatchKind

LAST_WEEK = "7d"
LOCAL = "http://127.0.0.1:8000"
_SPAN = re.compile(r"(\d{1,4})\s*([dhw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def moment_since(text: str) -> datetime:
    """The moment of a span before now (`7d`, `2w`, `12h`), or of a date or time.

    Raises InvalidInputError.
    """
    if found := _SPAN.fullmatch(text.strip().lower()):
        return utc_now() - timedelta(hours=int(found[1]) * _HOURS[found[2]])
    moment = parse_moment(text, "since")
    if moment is None:
        raise InvalidInputError("since is empty; write 7d, 2w, or a date such as 2026-01-31")
    return moment


def make_digest(store: Store, writer: Writer, since: str = LAST_WEEK) -> DigestItem:
    """Store a digest of what happened since then and no digest contains yet. Without entries nothing is stored.

    Raises InvalidInputError for a wrong `since`.
    """
    begin = moment_since(since)
    with store.writing() as session:
        one_writer(session)
        found = digest_now(session, begin)
        if not found.entries:
            return found
        batch = open_batch(session, BatchKind.DIGEST, since, writer.actor(session))
        assert batch.id is not None
        entries = [asdict(entry) | {"at": entry.at.isoformat()} for entry in found.entries]
        row = Digest(uid=new_uid(), since=begin, at=found.at, entries=entries, batch_id=batch.id)
        session.add(row)
        close_batch(session, batch, {"entries": len(entries)})
        return DigestItem(row.uid, found.since, found.at, found.entries)


def preview_digest(store: Store, since: str = LAST_WEEK) -> DigestItem:
    """What `make_digest` would store; writes nothing."""
    with store.reading() as session:
        return digest_now(session, moment_since(since))


def written_digest(session: Session, digest: DigestItem, form: DigestFormat, base: str = "") -> bytes:
    """A digest in a format. Links lead to `base`, by default the survey's home page."""
    survey = find_survey(session)
    address = base or (survey.home_page if survey else "") or LOCAL
    return DIGEST_FORMATS[form][1](digest, f"{site_name(session)}, news", address.rstrip("/"))
