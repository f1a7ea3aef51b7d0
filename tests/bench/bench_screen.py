"""Screening side by side with ASReview's default model: the same records, the same two known at first, ten starts.

    python -m tests.bench.bench_screen [library] [made-479] [made-20000] [--seeds N] [--most N] [--batch N]

With --most both stop after so many decisions; recall until then is compared too, and what was not found until then
counts as read last of all. With --batch both read so many
records between two fits, the likeliest: the large set takes hours otherwise.
Exit status 1 where a goal is missed: loss and WSS@95 at least as good in the mean, time a decision not above.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import psutil
from scipy.stats import ttest_rel

from tests.bench import asreview
from tests.bench.screening_sets import Record, screening_set, write_csv
from wamkg.importing.seed_loader import load_seeds
from wamkg.screening.labeled import from_file, from_library
from wamkg.screening.metrics import measures, recall_after
from wamkg.screening.model import DEFAULT_SCREENER, Pool, screener_named
from wamkg.screening.simulation import draw_priors, replay
from wamkg.screening.stopping import StoppingRule
from wamkg.store.migrate import migrate
from wamkg.store.session import Store

SEEDS = 10
SETS = {"library": None, "made-479": (479, 40), "made-20000": (20_000, 200)}


@dataclass(frozen=True)
class Pair:
    """Both programs' measures and milliseconds a decision from one start, and how our stop rule would have fared."""

    ours: dict[str, float]
    theirs: dict[str, float]
    recall_at_stop: float
    effort_at_stop: float


def library(folder: Path) -> Path:
    """The seeds' classified papers against their dataset and benchmark papers, as both programs read them."""
    store = Store(f"sqlite:///{folder / 'wamkg.db'}")
    migrate(store)
    with store.writing() as session:
        load_seeds(session)
    with store.reading() as session:
        records = from_library(session, "wam")
    store.close()
    pairs = zip(records.documents, records.relevant, strict=True)
    return write_csv(folder / "library.csv", [Record(document.title, "", yes) for document, yes in pairs])


def records_of(name: str, folder: Path) -> Callable[[int], Path]:
    """The records of each start: made anew from each seed where that is quick, else one set for all."""
    if name == "library":
        path = library(folder)
        return lambda seed: path
    size, relevant = SETS[name] or (0, 0)
    fixed = size > 1000
    return lambda seed: write_csv(folder / "made.csv", screening_set(size, relevant, 0 if fixed else seed))


@dataclass(frozen=True)
class Pace:
    """After how many decisions both stop, None for at the last relevant record; how many they read between two fits."""

    most: int | None = None
    batch: int = 1


def compare(name: str, seeds: Sequence[int], command: str, pace: Pace) -> list[Pair]:
    """Both programs from every start, each until the last relevant record or after so many."""
    with tempfile.TemporaryDirectory() as folder:
        path_of = records_of(name, Path(folder))
        pairs = []
        for seed in seeds:
            path = path_of(seed)
            pairs.append(_pair(command, path, seed, pace))
            print(f"  seed {seed}: {pairs[-1]}", file=sys.stderr, flush=True)
        return pairs


def _pair(command: str, path: Path, seed: int, pace: Pace) -> Pair:
    records, (most, batch) = from_file(str(path)), (pace.most, pace.batch)
    priors = draw_priors(records.relevant, seed)
    pool, model = Pool(records.documents), screener_named(DEFAULT_SCREENER)
    run = replay(pool, records.relevant, model, priors, most, batch)
    read = asreview.read_order(command, path, priors, seed, most, batch)
    found = [position for position, row in enumerate(read.order, 1) if records.relevant[row]]
    there, stop = sum(records.relevant) - 1, StoppingRule().stops_at(run.found, run.total)
    return Pair(
        _measured(run.found, there, run.total, most) | {"ms": 1000 * run.per_decision},
        _measured(found, there, run.total, most) | {"ms": 1000 * fmean(read.seconds)},
        recall_after(run.found, stop),
        stop / run.total,
    )


def _measured(found: Sequence[int], there: int, total: int, most: int | None) -> dict[str, float]:
    """Every measure; with `most`, of what was found until then and the rest read last, and recall until then."""
    kept = [position for position in found if most is None or position <= most]
    last = range(total - (there - len(kept)) + 1, total + 1)
    return measures([*kept, *last], total) | ({} if most is None else _early(kept, there, most))


def _early(found: Sequence[int], there: int, most: int) -> dict[str, float]:
    """Recall after a quarter and after all of so many decisions, and its mean over them (best at 1)."""
    best = sum(min(read, there) for read in range(1, most + 1))
    area = sum(most + 1 - position for position in found)
    recalls = {f"recall@{n}": sum(position <= n for position in found) / there for n in (most // 4, most)}
    return recalls | {"area": area / best}


def report(name: str, pairs: Sequence[Pair]) -> bool:
    """Print means, spreads and paired differences; True if the goals are met."""
    print(f"{name}, {len(pairs)} starts, load {psutil.getloadavg()[0]:.1f}: mean (standard deviation)")
    means = {}
    for measure in pairs[0].ours:
        ours, theirs = [pair.ours[measure] for pair in pairs], [pair.theirs[measure] for pair in pairs]
        means[measure] = fmean(ours), fmean(theirs)
        p = ttest_rel(ours, theirs).pvalue if len(pairs) > 1 else float("nan")
        both = [f"{fmean(values):8.4f} ({stdev(values) if len(pairs) > 1 else 0:.4f})" for values in (ours, theirs)]
        print(f"  {measure:10s} wamkg {both[0]}   ASReview {both[1]}   paired t test p = {p:.3f}")
    kept = fmean(pair.recall_at_stop >= StoppingRule().target for pair in pairs)
    recall, effort = fmean(p.recall_at_stop for p in pairs), fmean(p.effort_at_stop for p in pairs)
    if "area" not in means:
        print(f"  stop rule (95 %, 95 %): after {effort:.3f} of the records, recall {recall:.3f}, kept in {kept:.0%}")
    goals = [
        means["loss"][0] <= means["loss"][1],
        means["wss_95"][0] >= means["wss_95"][1],
        means["ms"][0] <= means["ms"][1],
    ]
    print(f"  goals (loss, WSS@95, time): {', '.join('met' if met else 'MISSED' for met in goals)}", flush=True)
    return all(goals)


def main(arguments: Sequence[str] = ()) -> bool:
    """Compare on the sets named; without ASReview say what to install and count as met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}; library and made-479 if none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--most", type=int, help="stop after so many decisions")
    parser.add_argument("--batch", type=int, default=1, help="records that are read between two fits")
    wanted = parser.parse_args(arguments)
    if not set(wanted.sets) <= set(SETS):
        parser.error(f"the sets are {', '.join(SETS)}")
    command = asreview.program()
    if command is None:
        print(asreview.HOW)
        return True
    sets, seeds = wanted.sets or ("library", "made-479"), range(wanted.seeds)
    met = [report(name, compare(name, seeds, command, Pace(wanted.most, wanted.batch))) for name in sets]
    return all(met)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
