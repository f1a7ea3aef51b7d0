"""Screening: measures against hand-worked values and their definitions, the stop rule, and replays of known labels."""

import json
from itertools import pairwise
from math import comb, log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from tests.bench.screening_sets import screening_set, write_csv
from wamkg.cli import run
from wamkg.errors import InvalidInputError
from wamkg.screening import model
from wamkg.screening.labeled import LabeledRecords, from_file, from_library
from wamkg.screening.metrics import loss, measures, read_for, recall_at, time_to_discovery, work_saved
from wamkg.screening.model import SCREENERS, Pool, Screener, ScreeningModel, screener_named
from wamkg.screening.simulation import draw_priors, replay, simulate
from wamkg.screening.stopping import StoppingRule
from wamkg.store.session import Store
from wamkg.suggesting.examples import PaperDocument
from wamkg.suggesting.features import DocumentFeatures, FeatureSpace


def orders() -> st.SearchStrategy[tuple[list[int], int]]:
    """Positions of the relevant records, and how many records there are: always some of either kind."""
    labels = st.lists(st.booleans(), min_size=2, max_size=80).filter(lambda ls: any(ls) and not all(ls))
    return labels.map(lambda ls: ([i for i, yes in enumerate(ls, 1) if yes], len(ls)))


class TestMeasures:
    def test_by_hand(self) -> None:
        # Ten records, the relevant ones read first, second, fifth and tenth.
        found, total = [1, 2, 5, 10], 10
        assert recall_at(found, total, 0.1) == 0.25
        assert recall_at(found, total, 0.59) == 0.75  # a record read in part is not read
        assert read_for(found, 0.5) == 2 and read_for(found, 0.51) == 5
        assert work_saved(found, total) == pytest.approx(0.95 - 1.0)
        assert work_saved(found, total, 0.75) == pytest.approx(0.75 - 0.5)
        assert time_to_discovery(found, total) == pytest.approx((1 + 2 + 5 + 10) / 4 / 10)
        # Lateness beyond the best order 1, 2, 3, 4 is 0 + 0 + 2 + 6 = 8 of at most 4 * 6.
        assert loss(found, total) == pytest.approx(8 / 24)
        gain = 1 + 1 / log2(3) + 1 / log2(6) + 1 / log2(11)
        assert measures(found, total)["ndcg"] == pytest.approx(gain / (1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5)))

    def test_shares_are_read_as_written(self) -> None:
        assert read_for(list(range(1, 21)), 0.95) == 19  # 0.95 * 20 is a little more than 19 in binary
        assert recall_at([3], 10, 0.3) == 1.0  # 0.1 * 3 is a little more than 0.3

    @given(orders())
    @settings(deadline=None)
    def test_they_are_what_their_definitions_say(self, order: tuple[list[int], int]) -> None:
        found, total = order
        labels = [int(position in found) for position in range(1, total + 1)]
        curve = np.cumsum(labels)
        best, worst = np.cumsum(sorted(labels, reverse=True)), np.cumsum(sorted(labels))
        assert loss(found, total) == pytest.approx((best - curve).sum() / (best - worst).sum())
        read = next(n for n in range(1, total + 1) if curve[n - 1] * 100 >= 95 * len(found))
        missed, unread = len(found) - curve[read - 1], total - read
        true_negatives = unread - missed
        assert work_saved(found, total) == pytest.approx((true_negatives + missed) / total - 0.05)
        assert recall_at(found, total, 0.1) == pytest.approx(sum(labels[: total // 10]) / len(found))
        assert time_to_discovery(found, total) == pytest.approx(
            np.mean([n / total for n, yes in enumerate(labels, 1) if yes])
        )

    @given(orders())
    @settings(deadline=None)
    def test_they_stay_in_their_ranges(self, order: tuple[list[int], int]) -> None:
        found, total = order
        values = measures(found, total)
        assert all(0 <= values[name] <= 1 + 1e-12 for name in ("loss", "recall_10", "atd", "ndcg"))
        assert -0.05 - 1e-12 <= values["wss_95"] <= 0.95

    @pytest.mark.parametrize("found, total", [([], 5), ([1, 2], 2), ([2, 1], 5), ([0, 1], 5), ([1, 6], 5), ([1, 1], 5)])
    def test_what_cannot_be_is_refused(self, found: list[int], total: int) -> None:
        with pytest.raises(InvalidInputError):
            measures(found, total)


def comb_tail(most: int, drawn: int, total: int, special: int) -> float:
    """P(at most so many special ones among those drawn), by counting."""
    ways = sum(comb(special, k) * comb(total - special, drawn - k) for k in range(most + 1) if drawn >= k)
    return ways / comb(total, drawn)


@given(st.integers(1, 60), st.data())
@settings(deadline=None)
def test_draws_are_counted_exactly(total: int, data: st.DataObject) -> None:
    found = sorted(data.draw(st.sets(st.integers(1, total), max_size=6)))
    read = data.draw(st.integers(0, total))
    seen = [n for n in found if n <= read]
    expected = 1.0
    for number, start in enumerate([0, *seen]):
        missing, unread = len(seen) * 10 // 8 + 1 - number, total - start
        p = 0.0 if missing > unread else comb_tail(len(seen) - number, read - start, unread, missing)
        expected = min(expected, p)
    assert StoppingRule(0.8, 0.9).p_value(found, read, total) == pytest.approx(expected, abs=1e-9)


class TestStopRule:
    def test_p_by_hand(self) -> None:
        # 4 found in the first 4 of 24, then 10 without: recall below 0.8 needs 2 or more among the 20 unread at 4.
        rule = StoppingRule(0.8, 0.95)
        assert rule.p_value([1, 2, 3, 4], 14, 24) == pytest.approx(comb(10, 2) / comb(20, 2))
        # After n more, both are still unread with probability C(20 - n, 2) / 190.
        assert rule.stops_at([1, 2, 3, 4], 24) == 4 + next(n for n in range(20) if comb(20 - n, 2) / 190 < 0.05)

    @given(orders(), st.sampled_from([0.5, 0.8, 0.95]), st.sampled_from([0.8, 0.95]))
    @settings(max_examples=40, deadline=None)
    def test_it_stops_where_p_first_falls_below(
        self, order: tuple[list[int], int], target: float, confidence: float
    ) -> None:
        found, total = order
        rule = StoppingRule(target, confidence)
        below = [n for n in range(total + 1) if rule.p_value(found, n, total) < 1 - confidence]
        assert rule.stops_at(found, total) == (below[0] if below else total)

    def test_with_nothing_found_all_but_the_stated_share_is_read(self) -> None:
        assert StoppingRule(0.8, 0.9).p_value([], 270, 300) == pytest.approx(0.1)  # none of one or more in 270 of 300

    @pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
    def test_shares_out_of_range_are_refused(self, share: float) -> None:
        with pytest.raises(InvalidInputError, match="target"):
            StoppingRule(target=share)
        with pytest.raises(InvalidInputError, match="confidence"):
            StoppingRule(confidence=share)


def small() -> LabeledRecords:
    """A hundred generated records, twelve relevant."""
    made = screening_set(100, 12, 7)
    documents = tuple(PaperDocument(str(i), r.title, r.abstract) for i, r in enumerate(made))
    return LabeledRecords("made", "full", documents, tuple(r.included for r in made))


class TestScreener:
    @pytest.mark.parametrize("counted", [500, 20])
    def test_scores_are_those_of_a_plain_support_vector_machine(self, counted: int) -> None:
        records = small()
        pool = Pool(records.documents)
        model = ScreeningModel(SCREENERS["words"].views, cost=0.4, relevant_share=0.7, presumed=0.0, counted=counted)
        screener = Screener(pool, model)
        for row in range(40):
            screener.decide(row, records.relevant[row])
            if screener.ready:
                screener.scores()  # a fit goes on from the last one
        labels = np.array(records.relevant[:40])
        weight = min(41, counted) * np.where(labels, 0.7 / labels.sum(), 0.3 / (~labels).sum())
        everything = np.arange(pool.size)
        rows = FeatureSpace(DocumentFeatures(records.documents), model.views[0], everything).matrix(everything)
        plain = LinearSVC(C=0.4, tol=1e-8, max_iter=10_000).fit(rows[:40], labels, sample_weight=weight)
        unread = slice(40, None)
        assert screener.scores()[unread] == pytest.approx(plain.decision_function(rows)[unread], abs=0.01)

    def test_many_decisions_are_learnt_as_few_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        records = small()
        pool = Pool(records.documents)
        found = []
        for kept in (512, 20):
            monkeypatch.setattr(model, "_KEPT", kept)
            screener = Screener(pool, SCREENERS["stems"])
            for row in range(60):
                screener.decide(row, records.relevant[row])
                scores = screener.scores() if screener.ready else None
            found.append(scores)
        assert found[0] == pytest.approx(found[1], abs=1e-6)

    def test_it_learns_from_a_yes_alone_and_not_from_nothing(self) -> None:
        records = small()
        screener = Screener(Pool(records.documents), screener_named("stems"))
        with pytest.raises(InvalidInputError, match="at least one"):
            screener.scores()
        screener.decide(records.relevant.index(True), True)
        assert np.isfinite(screener.scores()).all()

    @pytest.mark.parametrize("name", SCREENERS)
    def test_every_model_does_better_than_chance(self, name: str) -> None:
        records = small()
        pool = Pool(records.documents)
        runs = [replay(pool, records.relevant, SCREENERS[name], draw_priors(records.relevant, s)) for s in range(3)]
        assert np.mean([loss(run.found, run.total) for run in runs]) < 0.3

    def test_a_replay_reads_every_relevant_record_once_and_no_prior(self) -> None:
        records = small()
        run = replay(Pool(records.documents), records.relevant, SCREENERS["stems"], draw_priors(records.relevant, 1))
        assert len(set(run.order)) == len(run.order) and not set(run.priors) & set(run.order)
        wanted = {i for i, yes in enumerate(records.relevant) if yes} - set(run.priors)
        assert wanted <= set(run.order) and len(run.found) == len(wanted) and run.found[-1] == len(run.order)

    @pytest.mark.parametrize("batch, most", [(10, None), (10, 25), (1000, None)])
    def test_in_batches_the_likeliest_are_read_by_one_fit(self, batch: int, most: int | None) -> None:
        records, model = small(), SCREENERS["stems"]
        pool, priors = Pool(records.documents), draw_priors(records.relevant, 2)
        run = replay(pool, records.relevant, model, priors, most, batch)
        screener, left, chunk = Screener(pool, model), list(run.order), list(priors)
        unread = set(range(pool.size))
        while chunk:
            for row in chunk:
                unread.remove(row)
                screener.decide(row, records.relevant[row])
            likeliest = [row for row in np.argsort(-screener.scores(), kind="stable") if row in unread]
            chunk, left = left[:batch], left[batch:]
            assert chunk == likeliest[: len(chunk)]
        assert len(run.order) == (most or min(-(-run.found[-1] // batch) * batch, 98))


class TestSimulate:
    def test_the_library_is_read_by_titles_and_without_its_own_names(self, seeded_store: Store) -> None:
        with seeded_store.reading() as session:
            data, outside = (from_library(session, "wam", against) for against in ("data", "outside"))
            with pytest.raises(InvalidInputError, match="use data, outside"):
                from_library(session, "wam", "all")
        assert (len(data.documents), sum(data.relevant)) == (194, 64)
        assert (len(outside.documents), sum(outside.relevant)) == (225, 64)
        assert all(not d.body and not d.names for d in data.documents)

    def test_twice_gives_the_same_and_the_keys_are_kept(
        self, seeded_store: Store, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answers = []
        for _ in range(2):
            assert run(["simulate", "--seeds", "2", "--model", "stems", "--json"]) == 0
            answers.append(capsys.readouterr().out)
        assert answers[0] == answers[1]
        report = json.loads(answers[0])
        assert set(report) == {
            "protocol", "source", "text", "hash", "n", "relevant", "priors", "default", "stop_rule", "models",
        }  # fmt: skip
        found = report["models"]["stems"]
        assert set(found) == {"mean", "spread", "curve", "stop", "seeds"}
        assert set(found["seeds"][0]) == {
            "seed", "priors", "loss", "wss_95", "recall_10", "atd", "ndcg", "read", "total", "found_at", "stop",
        }  # fmt: skip
        line = found["seeds"][1]
        assert line["loss"] == pytest.approx(loss(line["found_at"], line["total"]), abs=1e-4)
        assert found["curve"][-1] == {"effort": 1.0, "recall": 1.0}
        assert all(a["recall"] <= b["recall"] for a, b in pairwise(found["curve"]))

    def test_a_file_is_replayed_without_a_store(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        made = screening_set(60, 8, 1)
        table = write_csv(tmp_path / "records.csv", made)
        lines = tmp_path / "records.jsonl"
        rows = [{"title": r.title, "abstract": r.abstract, "label_included": int(r.included)} for r in made]
        lines.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        assert from_file(str(table)).hash == from_file(str(lines)).hash
        assert run(["simulate", str(table), "--seeds", "2"]) == 0
        said = capsys.readouterr()
        assert "8 of 60 relevant" in said.out and "mean recall by effort" in said.out
        assert "ms a decision" in said.err

    @pytest.mark.parametrize(
        "content, said",
        [
            ("title,abstract\na,b\n", "no label"),
            ("title,included\na,1\nb,maybe\n", "line 3: label 'maybe'"),
            ("title,included\na,1\nb,\n", "complete all labels"),
            ("name,included\na,1\n", "no column `title`"),
            ("title,included\na,1\nb,0\nc,0\n", "at least two relevant"),
            ('{"title": "a", "included": 1}\n{"title"', "line 2: not valid JSON"),
            ('{"title": "a", "included": 1}\n[1]', "line 2: not a record"),
            ("", "is empty"),
        ],
    )
    def test_bad_files_are_refused_in_one_line(
        self, content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "bad.csv"
        file.write_text(content, encoding="utf-8")
        assert run(["simulate", str(file)]) == 1
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1

    def test_bad_choices_are_refused(self) -> None:
        records = small()
        with pytest.raises(InvalidInputError, match="unknown screening model 'svm': use stems"):
            simulate(records, ["svm"], [0], StoppingRule())
        for seeds in ([], range(1001)):
            with pytest.raises(InvalidInputError, match="use 1 to 1000"):
                simulate(records, ["stems"], seeds, StoppingRule())

    def test_priors_are_one_of_either_kind_and_repeat(self) -> None:
        relevant = [True, False] * 10
        for seed in range(20):
            yes, no = draw_priors(relevant, seed)
            assert relevant[yes] and not relevant[no] and (yes, no) == draw_priors(relevant, seed)
