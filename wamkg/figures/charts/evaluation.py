"""Read the output of `wamkg evaluate --json` for drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from wamkg.errors import InvalidInputError
from wamkg.json_types import UncheckedObject
from wamkg.reviewing.holdout import wilson


@dataclass(frozen=True)
class Bin:
    """Predictions of similar confidence: mean confidence, accuracy, and their number."""

    confidence: float
    accuracy: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95% confidence interval of the accuracy (Wilson, 1927)."""
        return wilson(self.accuracy * self.n, self.n)


@dataclass(frozen=True)
class ModelCalibration:
    """One model's calibration at the top level; `ece` is the expected calibration error."""

    model: str
    bins: tuple[Bin, ...]
    ece: float
    accuracy: float


@dataclass(frozen=True)
class Evaluation:
    """All evaluated models, the default first."""

    taxonomy: str
    n: int
    protocol: str
    default: str
    models: tuple[ModelCalibration, ...]


def read_json(path: Path | None, command: str = "wamkg evaluate --json") -> UncheckedObject:
    """Return the JSON object in a file that the command wrote.

    Raises InvalidInputError if no file is named, it cannot be read, or it contains something else.
    """
    if path is None:
        raise InvalidInputError(f"name the file with the output of `{command}`: --source FILE")
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidInputError(f"{path} has no JSON object: write it with `{command}`")
    return found


def read_evaluation(path: Path | None) -> Evaluation:
    """Return the evaluation in a file. Raises InvalidInputError as `read_json` does, and if a number is missing."""
    data = read_json(path)
    try:
        default = str(data["default"])
        models = [_measured(name, values) for name, values in data["models"].items() if values["reliability"]]
        ordered = sorted(models, key=lambda model: model.model != default)
        if not ordered:
            raise ValueError("no model has reliability bins")
        return Evaluation(str(data["taxonomy"]), int(data["n"]), str(data["protocol"]), default, tuple(ordered))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(f"{path} is not the output of `wamkg evaluate --json`: {error}") from error


def _measured(name: str, values: UncheckedObject) -> ModelCalibration:
    bins = [Bin(_share(row["confidence"]), _share(row["accuracy"]), int(row["n"])) for row in values["reliability"]]
    return ModelCalibration(str(name), tuple(bins), _share(values["ece"]), _share(values["accuracy_top"]))


def _share(value: float) -> float:
    share = float(value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{value} is not a share from 0 to 1")
    return share


def evaluation_rows(found: Evaluation) -> Sequence[Sequence[str | float]]:
    """Return one row per bin, after the header."""
    head: list[str | float] = ["model", "confidence", "accuracy", "n", "low", "high"]
    body: list[list[str | float]] = [
        [m.model, b.confidence, b.accuracy, b.n, *(round(end, 4) for end in b.interval)]
        for m in found.models
        for b in m.bins
    ]
    return [head, *body]
