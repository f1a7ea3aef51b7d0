"""Check a finished SVG against the survey's rules for roadmaps, or the text of any figure.

`python -m wamkg.figures.check FILE...`
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

from wamkg.figures.check.axis import axis_findings
from wamkg.figures.check.blank import largest_blank
from wamkg.figures.check.colors import branch_findings, branch_numbers
from wamkg.figures.check.fonts import font_findings
from wamkg.figures.check.picture import DrawnBounds, DrawnElement, Picture, read_picture
from wamkg.figures.check.time import Direction
from wamkg.figures.check.words import MIN_CONTRAST, MIN_FONT, repeated_ids, within_margin, word_findings
from wamkg.figures.style import contrast

MIN_GAP = 0.4
LARGEST_OFFSET, MEDIAN_OFFSET = 3.0, 1.0
LARGEST_BLANK, MIN_SHARE = 0.12, 0.35
_TOLERANCE = 0.05


@dataclass(frozen=True)
class Finding:
    """One rule that an element breaks."""

    rule: str
    element: str
    detail: str


@dataclass(frozen=True)
class Report:
    """The problems found, and the measured numbers."""

    findings: tuple[Finding, ...]
    numbers: Mapping[str, float]


class _Checker:
    def __init__(self, picture: Picture, expected: Mapping[str, str] | None) -> None:
        self.picture, self.expected, self.time = picture, expected, Direction.of(picture)
        self.labels = picture.of_role("label", "more")
        self.boxes = {part.element_id: box for part in self.labels if (box := part.rect("box")) is not None}
        self.dots = {part.element_id: dot.middle for part in self.labels if (dot := part.rect("dot")) is not None}
        self.trunks = {part.element_id: part.shapes[0][1] for part in picture.of_role("trunk")}
        self.unit = median(box.height for box in self.boxes.values()) if self.boxes else 1.0
        self.numbers: dict[str, float] = {"labels": len(self.labels), "label_height": round(self.unit, 2)}

    def by_trunk(self) -> Mapping[str, list[DrawnElement]]:
        groups: dict[str, list[DrawnElement]] = defaultdict(list)
        for part in self.labels:
            groups[part.data["trunk"]].append(part)
        return groups

    def ids(self) -> Iterator[Finding]:
        """Each id occurs once; the drawn ids are the expected ones, each a link with one text equal to its label."""
        yield from (Finding(*found) for found in repeated_ids(self.picture))
        for part in self.picture.of_role("label"):
            if not part.href:
                yield Finding("link", part.element_id, "leads nowhere")
        for part in self.labels:
            if [word.role for word in part.words] != ["label"]:
                yield Finding("one-text", part.element_id, f"{len(part.words)} text elements")
        if self.expected is not None:
            yield from self._against(self.expected)

    def _against(self, expected: Mapping[str, str]) -> Iterator[Finding]:
        drawn = {part.element_id: part for part in self.picture.of_role("label")}
        counted = {name for part in self.labels for name in part.data.get("hidden", "").split()}
        for name in expected.keys() ^ (drawn.keys() | counted):
            yield Finding("complete", name, "not drawn" if name in expected else "not asked for")
        for name in expected.keys() & drawn.keys():
            text = drawn[name].words[0].text if drawn[name].words else ""
            if text != expected[name]:
                yield Finding("label", name, f"{text!r} instead of {expected[name]!r}")

    def trunk_distance(self) -> Iterator[Finding]:
        """Each label is within one label height of its trunk and twice as far from any other."""
        for part in self.labels:
            box, own = self.boxes[part.element_id], part.data["trunk"]
            near = box.distance(self.trunks[own])
            if near > self.unit:
                yield Finding("own-trunk", part.element_id, f"{near / self.unit:.2f} label heights away")
            for other, points in self.trunks.items():
                if other != own and box.distance(points) < max(2 * near, MIN_GAP * self.unit) - _TOLERANCE:
                    yield Finding("other-trunk", part.element_id, f"{box.distance(points):.1f} pt from {other}")

    def dates(self) -> Iterator[Finding]:
        """Labels are in the right year, in order along each trunk, near their dot, and with a leader if far from it.

        In vertical roadmaps a label's position is its middle. In horizontal ones it is the point of its box nearest to
        its dot, so that a label above or below its dot has no distance from it.
        """
        time, pills = self.time, [(p.element_id, r) for p in self.picture.parts if (r := p.rect("pill")) is not None]
        lines = {int(name[5:]): time.along(rect.middle) for name, rect in pills}
        far: list[float] = []
        for part in self.labels:
            stand, dot = self._stand(part), self.dots[part.element_id]
            far.append(abs(stand - time.along(dot)) / self.unit)
            if far[-1] > LARGEST_OFFSET + _TOLERANCE:
                yield Finding("offset", part.element_id, f"{far[-1]:.1f} label heights from its date")
            if far[-1] > 1 + _TOLERANCE and part.rect("leader") is None:
                yield Finding("leader", part.element_id, "far from its date without a leader")
            year = date.fromisoformat(part.data["date"]).year
            if any((line > stand) != (mark > year) for mark, line in lines.items()):
                yield Finding("year", part.element_id, f"not between the lines of {year}")
        self.numbers |= {"offset_median": round(median(far), 2), "offset_max": round(max(far), 2)}
        if median(far) > MEDIAN_OFFSET:
            yield Finding("offset", "", f"median {median(far):.2f} label heights")
        yield from self._order()

    def _order(self) -> Iterator[Finding]:
        for parts in self.by_trunk().values():
            ordered = sorted(parts, key=lambda part: part.data["date"])
            for a, b in combinations(ordered, 2):
                days = (date.fromisoformat(b.data["date"]) - date.fromisoformat(a.data["date"])).days
                if days >= 30 and self._inverted(a, b):
                    yield Finding("order", a.element_id, f"stands beyond the later {b.element_id}")
        exact = [part for part in self.labels if part.data["date"] == part.data["until"]]
        dots = sorted((part.data["date"], self.time.along(self.dots[part.element_id])) for part in exact)
        if any(later < earlier - 4 * _TOLERANCE for (_, earlier), (_, later) in pairwise(dots)):
            yield Finding("axis", "", "dots do not rise with their dates")

    def _stand(self, part: DrawnElement) -> float:
        return self.time.stands(self.boxes[part.element_id], self.dots[part.element_id])

    def _inverted(self, a: DrawnElement, b: DrawnElement) -> bool:
        """Whether the earlier label comes after the later one; on one side of the trunk their middles count too."""
        one, other = self.boxes[a.element_id], self.boxes[b.element_id]
        same = self._first_side(a) == self._first_side(b)
        return self._stand(a) > self._stand(b) or (same and self.time.along(one.middle) > self.time.along(other.middle))

    def _first_side(self, part: DrawnElement) -> bool:
        return self.time.before(self.boxes[part.element_id], self.dots[part.element_id])

    def overlaps(self) -> Iterator[Finding]:
        """Labels, marks, headings, pills, root and foot do not overlap each other, the trunks or the margin."""
        things = self._things()
        gaps = [(a_rect.gap(b_rect), a, b) for (a, a_rect), (b, b_rect) in combinations(things, 2)]
        for gap, a, b in gaps:
            if gap < MIN_GAP * self.unit - _TOLERANCE:
                yield Finding("gap", a, f"{gap:.1f} pt from {b}")
        self.numbers["gap_min"] = round(min((gap for gap, *_ in gaps), default=0.0) / self.unit, 2)
        inside = within_margin(self.picture)
        for name, rect in things:
            if not inside.holds(rect):
                yield Finding("margin", name, "reaches into the 2 mm margin")
            if name not in self.boxes and not name.startswith(("root", "mark")):
                near = min((rect.distance(points) for points in self.trunks.values()), default=self.unit)
                if near < MIN_GAP * self.unit - _TOLERANCE:
                    yield Finding("gap", name, f"{near:.1f} pt from a trunk")

    def _things(self) -> list[tuple[str, DrawnBounds]]:
        things = list(self.boxes.items())
        for part in self.picture.parts:
            if part.element_id.startswith("mark-"):
                things.append((part.element_id, _grown(part.words[0].rect, self.boxes[part.element_id[5:]])))
            things += [(part.element_id, r) for role in ("pill", "root-box") if (r := part.rect(role)) is not None]
            if part.element_id.startswith("heading-") or part.element_id == "as-of":
                things.append((part.element_id, _around([word.rect for word in part.words])))
        return things

    def balance(self) -> Iterator[Finding]:
        """Both sides of a trunk are used, and there is no large blank area."""
        for trunk, parts in self.by_trunk().items():
            first = sum(map(self._first_side, parts))
            if len(parts) >= 4 and not MIN_SHARE <= first / len(parts) <= 1 - MIN_SHARE:
                yield Finding("sides", trunk, f"{first} of {len(parts)} on one side")
        blank = largest_blank(self.picture)
        self.numbers["blank"] = round(blank, 3)
        if len(self.labels) >= 30 and blank > LARGEST_BLANK:
            yield Finding("blank", "", f"a blank rectangle takes {blank:.0%} of the area")

    def texts(self) -> Iterator[Finding]:
        """Check the size of every text, and its contrast with the background."""
        smallest, weakest = 99.0, 21.0
        for part in self.picture.parts:
            grounds = {"label": part.fill("box"), "year": part.fill("pill"), "root": part.fill("root-box")}
            tab = part.fill("tab") or next(
                (p.fill("tab") for p in self.labels if f"code-{p.element_id}" == part.element_id), ""
            )
            for word in part.words:
                ground = (tab if word.role == "code" else grounds.get(word.role)) or self.picture.background
                ratio = contrast(word.color, ground)
                smallest, weakest = min(smallest, word.size), min(weakest, ratio)
                if word.size < MIN_FONT - 0.01:
                    yield Finding("font-size", part.element_id, f"{word.size} pt")
                if ratio < MIN_CONTRAST:
                    yield Finding("contrast", part.element_id, f"{word.color} on {ground}: {ratio:.1f}")
        yield from (Finding(*found) for found in branch_findings(self.picture))
        self.numbers |= branch_numbers(self.picture)
        self.numbers |= {"font_min": smallest, "contrast_min": round(weakest, 2)}


def _around(rects: Sequence[DrawnBounds]) -> DrawnBounds:
    return DrawnBounds(
        min(r.left for r in rects), min(r.top for r in rects), max(r.right for r in rects), max(r.bottom for r in rects)
    )


def _grown(mark: DrawnBounds, box: DrawnBounds) -> DrawnBounds:
    """Make a mark as tall as its label, with one gap between them, because they belong together."""
    gap = MIN_GAP * box.height
    return (
        DrawnBounds(max(mark.left, box.right + gap), box.top, mark.right, box.bottom)
        if mark.left > box.left
        else DrawnBounds(mark.left, box.top, min(mark.right, box.left - gap), box.bottom)
    )


def check_svg(data: bytes, expected: Mapping[str, str] | None = None) -> Report:
    """Return findings and numbers for one roadmap SVG; `expected` maps each element id to its label.

    Raises InvalidInputError if the data is not an SVG of this kind.
    """
    return _check_roadmap(read_picture(data), data, expected)


def _check_roadmap(picture: Picture, data: bytes, expected: Mapping[str, str] | None) -> Report:
    checker = _Checker(picture, expected)
    if not checker.labels:
        return Report((Finding("complete", "", "no labels"),), checker.numbers)
    rules: list[Callable[[], Iterator[Finding]]] = [
        checker.ids, checker.trunk_distance, checker.dates, checker.overlaps, checker.balance, checker.texts
    ]  # fmt: skip
    findings = [finding for rule in rules for finding in rule()]
    findings += [Finding(*found) for found in (*axis_findings(picture), *font_findings(data))]
    return Report(tuple(findings), checker.numbers)


def check_any(data: bytes) -> Report:
    """Return findings and numbers for one SVG: all rules for a roadmap, text rules for any other figure.

    Raises InvalidInputError if the data is not an SVG of this project.
    """
    picture = read_picture(data)
    if picture.of_role("trunk"):
        return _check_roadmap(picture, data, None)
    words = sum(len(part.words) for part in picture.parts)
    found = (*word_findings(picture), *font_findings(data))
    return Report(tuple(Finding(*finding) for finding in found), {"words": words})


def main(paths: Sequence[str]) -> int:
    """Print the numbers and findings of each file; return 1 if there are findings."""
    failed = False
    for path in paths:
        report = check_any(Path(path).read_bytes())
        failed |= bool(report.findings)
        print(path, *(f"{key}={value:g}" for key, value in report.numbers.items()))
        for finding in report.findings:
            print(f"  {finding.rule}: {finding.element} {finding.detail}")
    return int(failed)
