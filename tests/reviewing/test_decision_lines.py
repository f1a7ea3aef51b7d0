"""Lines of the decision file that are refused: the reason names the key and says what to write."""

from typing import Any

import orjson
import pytest

from wamkg.reviewing.decision_file import read_line

WHEN = "2026-03-04T05:06:07+00:00"
HEAD = {"id": "019f", "at": WHEN, "by": "mira"}
PLACED = {"paper": {"uid": "p1"}, "taxonomy": "wam", "verdict": "accept", "taxa": [{"path": "joint", "uid": "t1"}]}
RAISED = {
    "paper": {"arxiv": "2601.00001"},
    "taxonomy": "wam",
    "objection": {"state": "placed", "raised_by": "Dr Ode", "raised_as": "reader", "claimed": {"path": "joint"}},
}
ENDED = {"objects": "019e", "status": "accepted", "answer": "Agreed."}


def line(*parts: dict[str, Any]) -> bytes:
    values: dict[str, Any] = {}
    for part in (HEAD, *parts):
        values |= part
    return orjson.dumps(values)


def objection(**changes: Any) -> dict[str, Any]:
    return RAISED | {"objection": RAISED["objection"] | changes}  # type: ignore[operator]


@pytest.mark.parametrize(
    "raw",
    [
        line(PLACED),
        line(PLACED, {"kind": None, "evidence": "Words.", "place": "abstract", "checked": True, "replaces": ["019d"]}),
        line(PLACED, {"verdict": "outside", "taxa": [], "kind": "survey", "note": "Not ours.", "shape": "unknown"}),
        line(PLACED, {"verdict": "reject", "at": "2026-03-04T05:06:07.25Z"}),
        line({"undoes": "019c"}),
        line(RAISED),
        line(objection(state="outside", claimed=None, current={"path": "joint", "uid": "t1"})),
        line(ENDED),
    ],
)
def test_a_valid_line_is_read(raw: bytes) -> None:
    found = read_line(raw)
    assert (found.id, found.by, found.at.isoformat()[:19]) == ("019f", "mira", WHEN[:19])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[1]", "not an object"),
        (line(PLACED, {"by": ""}), "by: "),
        (line(PLACED, {"id": 7}), "id: "),
        (line(PLACED, {"at": "2026-03-04T05:06:07"}), "at: Input should have timezone info"),
        (line(PLACED, {"at": "soon"}), "at: "),
        (line(PLACED, {"at": "1999-12-31T00:00:00Z"}), "at: 1999 is too early"),
        (line(PLACED, {"verdict": "acept"}), "verdict: Input should be 'accept', 'reject'"),
        (line(PLACED, {"taxa": "joint"}), "taxa: "),
        (line(PLACED, {"taxa": [{"uid": "t1"}]}), "taxa.0.path: Field required"),
        (line(PLACED, {"taxa": []}), "the verdict accept needs at least one taxon"),
        (line(PLACED, {"verdict": "unsure"}), "the verdict unsure needs no taxa, not 1"),
        (line(PLACED, {"kind": ""}), "kind: "),
        (line(PLACED, {"evidence": 5}), "evidence: "),
        (line(PLACED, {"replaces": "019d"}), "replaces: "),
        (line(PLACED, {"paper": {"arxiv": 2601}}), "paper.arxiv: "),
        (line(PLACED, {"taxonomy": ""}), "taxonomy: "),
        (line({"undoes": ""}), "undoes: "),
        (line(ENDED, {"status": "open"}), "status: "),
        (line(ENDED, {"status": "over"}), "status: Input should be 'open', 'answered'"),
        (line(ENDED, {"answer": ["no"]}), "answer: "),
        (line(objection(state="lost")), "objection.state: "),
        (line(objection(raised_as="decision")), "objection: raised_as must be the role of a person"),
        (line(objection(raised_by=None)), "objection.raised_by: "),
        (line(objection(claimed=None)), "objection: state placed and claimed contradict each other"),
        (line(objection(current={"path": 3})), "objection.current.path: "),
        (line(RAISED, {"objection": "no"}), "objection: "),
    ],
)  # fmt: skip
def test_an_invalid_line_is_refused_by_its_key(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_line(raw)
    assert str(caught.value).startswith(reason)
