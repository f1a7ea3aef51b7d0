"""What a paper listed in a taxonomy of data or evaluation introduces."""

from collections.abc import Sequence

from wamkg.matching.record import IntroducedEntity, RecordAssignment

_KINDS = (
    ("training-data", "", "dataset"),
    ("evaluation", "world-modelling/visual-fidelity", "metric"),
    ("evaluation", "", "benchmark"),
)
"""Taxonomy, path the class begins with, and the kind of thing that papers there introduce; the first that fits."""


def introduced(placements: Sequence[RecordAssignment], name: str) -> list[IntroducedEntity]:
    """Things of that name which a paper with these placements introduces; "PSNR / SSIM" are two."""
    kinds = (kind for kind in (_kind(p) for p in placements) if kind)
    names = [part.strip() for part in name.split(" / ") if part.strip()]
    return [IntroducedEntity(kind, each) for kind in dict.fromkeys(kinds) for each in names]


def _kind(placement: RecordAssignment) -> str | None:
    path = placement.taxon or ""
    return next(
        (k for slug, start, k in _KINDS if slug == placement.taxonomy and path and path.startswith(start)), None
    )
