"""The hold-out: a fixed 10% of papers whose suggestion is hidden until the decision, to measure automation bias."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from sqlmodel import Session

from wamkg.json_types import UncheckedMapping
from wamkg.reviewing.verdicts import Verdict
from wamkg.store.decisions import DecisionRow, decision_rows
from wamkg.store.taxonomies import get_taxonomy

SEED = "hidden-1"
"""Another seed selects another hold-out. If it changes, figures before and after cannot be compared."""
HOLDOUT_INTERVAL = 10


@lru_cache(maxsize=100_000)
def is_held_out(paper: str, taxonomy: str) -> bool:
    """Whether the suggestion for a paper (by slug) is held out. The answer never changes."""
    digest = hashlib.sha256(f"{SEED} {taxonomy} {paper}".encode()).digest()
    return int.from_bytes(digest[:8]) % HOLDOUT_INTERVAL == 0


def describe_held_out(suggested: UncheckedMapping | None) -> str | None:
    """The recorded suggestion of a decision, as a sentence; None if it was visible or there was none."""
    if not suggested or not suggested.get("hidden") or not suggested.get("taxon"):
        return None
    chance = suggested.get("probability")
    how = f" with probability {chance:.2f}" if chance is not None else ""
    sure = f"sure of {suggested['sure']}" if suggested.get("sure") else "not sure of any"
    return f"The hidden suggestion was {suggested['taxon']}{how}, {sure}."


def describe_held_out_in_batch(session: Session, batch: str) -> list[str]:
    """The held-out suggestions for the papers decided in a batch; empty for a batch without decisions."""
    rows = decision_rows(session, batch=batch)
    told = (describe_held_out(row.record.get("suggested")) for row in rows)
    return [sentence for sentence in told if sentence]


Z = 1.959964
"""Normal quantile of a two-sided 95 % interval."""
NOT_AN_ANSWER = (Verdict.UNSURE, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class SuggestionAgreement:
    """How often people agreed with the suggestion; `share` and its interval are None without a decision."""

    n: int
    agreed: int
    share: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class AutomationBias:
    """Agreement for visible and for hidden suggestions, at the top level and at the decided leaf.

    `difference` is visible minus hidden at the top level with its 95% interval (Newcombe's method 10, 1998); None until
    both groups have a decision.
    """

    taxonomy: str
    top: dict[str, SuggestionAgreement]
    leaf: dict[str, SuggestionAgreement]
    difference: float | None
    interval: tuple[float, float] | None

    @property
    def said(self) -> str:
        """The result in one sentence."""
        if self.difference is None or self.interval is None:
            return "not known yet: both kinds of papers must have been decided on"
        low, high = self.interval
        if low <= 0 <= high:
            return "no bias shown: the interval of the difference holds zero"
        more = "more" if low > 0 else "less"
        return f"people agree {more} often where they see the suggestion"


def automation_bias(session: Session, taxonomy: str) -> AutomationBias:
    """Compare the first answer to each suggestion, by whether it was hidden. Undone decisions are ignored.

    `unsure` and `not-applicable` are no answers; `outside` and `reject` disagree with any suggested taxon. Raises
    NotFoundError for an unknown taxonomy.
    """
    taxonomy = get_taxonomy(session, taxonomy).slug
    first: dict[str, DecisionRow] = {}
    for row in decision_rows(session, taxonomy=taxonomy):
        answers = row.verdict not in NOT_AN_ANSWER and _suggested(row) is not None
        if answers and row.batch.undone_at is None:
            first.setdefault(row.change.subject_uid or "", row)
    groups = {name: [r for r in first.values() if _hidden(r) == (name == "hidden")] for name in ("shown", "hidden")}
    top = {name: _agreement([_agrees(row, 1) for row in rows]) for name, rows in groups.items()}
    leaf = {name: _agreement([_agrees(row, None) for row in rows]) for name, rows in groups.items()}
    return AutomationBias(taxonomy, top, leaf, *_difference(top["shown"], top["hidden"]))


def _suggested(row: DecisionRow) -> str | None:
    return (row.record.get("suggested") or {}).get("taxon")


def _hidden(row: DecisionRow) -> bool:
    return bool(row.record["suggested"].get("hidden"))


def _agrees(row: DecisionRow, depth: int | None) -> bool:
    """Whether the suggested leaf is at or below the decided taxon, or below its ancestor at a depth."""
    taxa = row.record.get("taxa") or []
    if row.verdict != Verdict.ACCEPT or not taxa:
        return False
    said: list[str] = taxa[0]["path"].split("/")[:depth]
    suggested: list[str] = str(_suggested(row)).split("/")[: len(said)]
    return suggested == said


def _agreement(agreed: Sequence[bool]) -> SuggestionAgreement:
    n, k = len(agreed), sum(agreed)
    return SuggestionAgreement(n, k, k / n, wilson(k, n)) if n else SuggestionAgreement(0, 0, None, None)


def wilson(k: float, n: int) -> tuple[float, float]:
    """95% interval of a share, k of n (Wilson, 1927); 0 to 1 if n is 0."""
    if n < 1:
        return 0.0, 1.0
    middle, spread = k + Z * Z / 2, Z * sqrt(k * (n - k) / n + Z * Z / 4)
    return max(0.0, (middle - spread) / (n + Z * Z)), min(1.0, (middle + spread) / (n + Z * Z))


def _difference(
    shown: SuggestionAgreement, hidden: SuggestionAgreement
) -> tuple[float | None, tuple[float, float] | None]:
    if shown.share is None or hidden.share is None or shown.interval is None or hidden.interval is None:
        return None, None
    gap = shown.share - hidden.share
    low = sqrt((shown.share - shown.interval[0]) ** 2 + (hidden.interval[1] - hidden.share) ** 2)
    high = sqrt((shown.interval[1] - shown.share) ** 2 + (hidden.share - hidden.interval[0]) ** 2)
    return gap, (gap - low, gap + high)
