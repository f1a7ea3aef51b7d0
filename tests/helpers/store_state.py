"""What a store shows, in the words of the model; and all its rows, to be compared with another moment's."""

from typing import Any

from sqlmodel import Session, col, select

from tests.helpers.edit_model import Model
from tests.helpers.store_dump import dump
from wamkg.store.base import LEFT_OUT, is_live
from wamkg.store.duplicates import load_work_groups
from wamkg.store.paper_details import listed_numbers, paper_rows
from wamkg.store.papers import methods_of
from wamkg.store.session import Store
from wamkg.store.tables import Benchmark, FormerId, Method, Objection, PaperUrl, Result
from wamkg.store.taxonomies import get_taxonomy, list_taxa, live_assignments
from wamkg.vocabulary import AssignmentStatus

PREFIX = "2501.1000"


def paper_id(number: int) -> str:
    """Public id of a paper of the model."""
    return f"arxiv:{PREFIX}{number}"


def survey(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the survey but the record of what happened."""
    return {table: rows for table, rows in dump(store).items() if table not in LEFT_OUT}


RENUMBERED = ("event", "paper_url", "former_id", "alias")
"""Tables of which a merge may remove rows; undo puts them back under another number if theirs is taken."""


def past_survey(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the survey, without the numbers that rows lose if they are put back."""
    rows = survey(store)
    return rows | {table: sorted((row[1:] for row in rows[table]), key=repr) for table in RENUMBERED}


def look(store: Store) -> dict[str, Any]:
    """What `Model.shown` says of the model."""
    with store.reading() as session:
        rows = paper_rows(session, listed_numbers(session), texts=False)
        names = _names(session, rows)
        return {
            "papers": _papers(session, rows, names),
            "taxa": {taxon.path: taxon.name for taxon in list_taxa(session, get_taxonomy(session, "wam"))},
            "things": sorted(
                (kind, name) for kind, model in _KINDS.items() for name in session.exec(select(model.name))
            ),
            "scores": sorted(session.exec(_SCORES).all()),
            "works": _works(session, names),
            "disputes": sorted(
                (names[o.paper_id], o.raised_by, str(o.status)) for o in session.exec(select(Objection))
            ),
        }


def _names(session: Session, rows: dict[int, Any]) -> dict[int, int]:
    """The lowest number that leads to each paper, among its arXiv id and its former ones."""
    ids = [(number, row.arxiv) for number, row in rows.items()]
    former = select(FormerId.paper_id, FormerId.value).where(FormerId.scheme == "arxiv", is_live(FormerId))
    names: dict[int, int] = {}
    for number, arxiv in (*ids, *session.exec(former)):
        names[number] = min(int(arxiv[-1]), names.get(number, 9))
    return names


_KINDS: dict[str, Any] = {"method": Method, "benchmark": Benchmark}
_SCORES = (
    select(Method.name, Benchmark.name, Result.value)
    .join(Result, col(Result.method_id) == col(Method.id))
    .join(Benchmark, col(Benchmark.id) == col(Result.benchmark_id))
)


def _papers(session: Session, rows: dict[int, Any], names: dict[int, int]) -> dict[int, Any]:
    places: dict[int, list[tuple[bool, str]]] = {}
    for a, taxon in live_assignments(session, get_taxonomy(session, "wam")):
        where = taxon.path if taxon and a.status == AssignmentStatus.PLACED else str(a.status)
        places.setdefault(a.paper_id, []).append((not a.primary, where))
    code = select(PaperUrl.paper_id, PaperUrl.url).where(PaperUrl.kind == "code", col(PaperUrl.ended_at).is_(None))
    codes: dict[int, list[str]] = {}
    for number, url in session.exec(code):
        codes.setdefault(number, []).append(url)
    methods = methods_of(session, names)
    return {
        names[number]: {
            "note": row.note, "url": row.url, "code": sorted(codes.get(number, [])),
            "method": methods[number].name if number in methods else None,
            "places": [where for _, where in sorted(places.get(number, []))],
        }
        for number, row in rows.items()
    }  # fmt: skip


def _works(session: Session, names: dict[int, int]) -> dict[int, list[int]]:
    works = load_work_groups(session)
    return {names[number]: sorted(names[other] for other in works.members(number)) for number in names}


def first_model(store: Store) -> Model:
    """The model of a store that holds no papers yet; taxa go by the path they have at first."""
    taxa = look(store)["taxa"]
    return Model(taxa={path: (path.rpartition("/")[0], path.rpartition("/")[2], name) for path, name in taxa.items()})
