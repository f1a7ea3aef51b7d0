"""Find what a paper introduces if it is listed in a taxonomy of data or evaluation."""

from collections.abc import Sequence

from wamkg.matching.record import IntroducedEntity, RecordAssignment

_KINDS = (
    ("training-data", "", "dataset"),
    ("evaluation", "world-modelling/visual-fidelity", "metric"),
    ("evaluation", "", "benchmark"),
)
"""Taxonomy, start of the taxon path, and the kind of entity that papers there introduce; the first match counts."""


def introduced(placements: Sequence[RecordAssignment], name: str) -> list[IntroducedEntity]:
    """Return the entities of that name that a paper with these assignments introduces; "PSNR / SSIM" gives two."""
    kinds = (kind for kind in (_kind(p) for p in placements) if kind)
    names = [part.strip() for part in name.split(" / ") if part.strip()]
    return [IntroducedEntity(kind, each) for kind in dict.fromkeys(kinds) for each in names]


def _kind(placement: RecordAssignment) -> str | None:
    path = placement.taxon or ""
    return next(
        (k for slug, start, k in _KINDS if slug == placement.taxonomy and path and path.startswith(start)), None
    )
