"""Options of an evaluation. Loads no library, so that the command line starts fast."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EvaluateOptions:
    """What to measure, and how: models by name (none: all that can be), a protocol of `splits`, the wanted precision.

    With `shuffle` as a seed, the labels are permuted first: the same protocol must then give chance results.
    """

    models: tuple[str, ...] = ()
    shuffle: int | None = None
    protocol: str = "nested-loo"
    precision: float = 0.95
