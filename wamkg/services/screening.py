"""Screening (is a paper in scope?) and its simulation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wamkg.progress import Progress
from wamkg.store.session import Store
from wamkg.vocabulary import MAIN_TAXONOMY

if TYPE_CHECKING:
    from wamkg.screening.session import ScreeningSession
    from wamkg.screening.simulation import Simulation


@dataclass(frozen=True)
class Replayed:
    """What to replay: a file of labeled records, or the papers of a taxonomy against other papers of the library."""

    file: str | None = None
    taxonomy: str = MAIN_TAXONOMY
    against: str = "data"
    models: Sequence[str] = ()
    seeds: int = 10
    target: float = 0.95
    confidence: float = 0.95


def screening(store: Store, taxonomy: str, text: str) -> "ScreeningSession":
    """The known screening answers, and the papers that wait for one."""
    from wamkg.screening.session import ScreeningSession  # scikit-learn takes a second to load

    with store.reading() as session:
        return ScreeningSession(session, taxonomy, text)


def simulate(wanted: Replayed, store: Store | None = None, progress: Progress | None = None) -> "Simulation":
    """Replay finished labels from a file or the store; `progress` takes the replays done and their number."""
    from wamkg.screening.labeled import from_file, from_library
    from wamkg.screening.simulation import simulate as run_simulate
    from wamkg.screening.stopping import StoppingRule

    rule = StoppingRule(wanted.target, wanted.confidence)
    if wanted.file is not None:
        records = from_file(wanted.file)
    else:
        assert store is not None
        with store.reading() as session:
            records = from_library(session, wanted.taxonomy, wanted.against)
    return run_simulate(records, wanted.models, range(wanted.seeds), rule, progress)
