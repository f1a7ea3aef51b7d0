"""Abstracts that Semantic Scholar does not give, from arXiv's own API (export API, Atom feed)."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode
from xml.etree import ElementTree

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from wamkg.enriching.answers import Text
from wamkg.enriching.failures import GaveUpError, RefusedError, TooLargeError, UnknownError
from wamkg.enriching.metadata import papers_of
from wamkg.enriching.requester import Requester
from wamkg.enriching.session import RunSession
from wamkg.enriching.units import Trouble
from wamkg.enriching.write import write_states
from wamkg.identifiers import arxiv_id
from wamkg.matching.say import say
from wamkg.settings import Settings
from wamkg.store.paper_state import load_states
from wamkg.store.work import Unit, add_missing, end, lacks_abstract, still_mine
from wamkg.vocabulary import WorkKind, WorkState

SOURCE = "arxiv"
_ATOM = "{http://www.w3.org/2005/Atom}"
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


@dataclass
class ArxivClient:
    """The one call of arXiv's API that enrichment makes."""

    requester: Requester
    batch_size: int = 100

    def abstracts(self, ids: list[str]) -> dict[str, str]:
        """Abstracts by arXiv id; an id that is not there has none."""
        query = urlencode({"id_list": ",".join(ids), "max_results": len(ids)}, safe=",")
        return self.requester.ask("GET", f"{self.requester.origin}/api/query?{query}", read_feed)


def read_feed(body: bytes) -> dict[str, str]:
    """Abstracts by arXiv id in an Atom feed; raises ValueError where it is none."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    if root.tag != f"{_ATOM}feed":
        raise ValueError("no Atom feed")
    found = {}
    for entry in root.iter(f"{_ATOM}entry"):
        number = arxiv_id(entry.findtext(f"{_ATOM}id") or "")
        try:
            text = _TEXT.validate_python(" ".join((entry.findtext(f"{_ATOM}summary") or "").split()))
        except ValidationError:
            continue
        if number and text:
            found[number] = text
    return found


def plan_abstracts(session: Session, settings: Settings) -> None:
    """Open a unit for every paper of the library that has an arXiv id and no abstract."""
    if settings.arxiv_api_url:
        add_missing(session, [WorkKind.ABSTRACT], lacks_abstract())


def fetch_abstracts(run: RunSession, client: ArxivClient, units: list[Unit], trouble: Trouble) -> None:
    """Fetch and write the abstracts of the units' papers."""
    with run.store.reading() as session:
        papers = papers_of(session, [unit.paper_id for unit in units])
    names = {unit.id: papers[unit.paper_id].arxiv for unit in units}
    try:
        found = client.abstracts([name for name in names.values() if name])
    except (GaveUpError, RefusedError, TooLargeError, UnknownError) as error:
        reason = str(error)
        run.transaction(lambda session: end(session, still_mine(session, units, run.owner), WorkState.FAILED, reason))
        run.counts["failed"] += len(units)
        trouble.again(error)
        return
    trouble.over()
    run.transaction(lambda session: _write(session, run, units, {u.id: found.get(names[u.id] or "") for u in units}))


def _write(session: Session, run: RunSession, units: list[Unit], found: dict[int, str | None]) -> None:
    mine = still_mine(session, units, run.owner)
    states = load_states(session, [unit.paper_id for unit in units if unit.id in mine])
    for unit in units:
        if unit.id in mine:
            text = found[unit.id]
            reason = None if text else "arXiv's API gives none"
            say(states[unit.paper_id], "abstract", text, SOURCE, reason=reason)
            end(session, [unit.id], WorkState.DONE if text else WorkState.UNAVAILABLE, reason)
            run.counts["abstracts from arXiv"] += bool(text)
    write_states(session, partial(run.batch, session), states.values())
