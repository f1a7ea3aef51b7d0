"""Lines of a file of results: the columns that are read, under the names that tables give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wamkg.errors import InvalidInputError
from wamkg.importing.table_rows import table_rows
from wamkg.json_types import JSON
from wamkg.near_matches import did_you_mean

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "method": ("model", "approach"),
    "benchmark": (),
    "protocol": (),
    "suite": ("task",),
    "split": (),
    "metric": (),
    "value": ("score", "result"),
    "reported_by": ("reporting_paper", "paper"),
    "version": (),
    "table": ("reported_table", "reported_location", "where"),
    "url": ("reported_url",),
    "party": (),
    "note": ("caveat",),
}
"""The columns of a file of results, each with other names of it."""
_OWN = {other: name for name, others in COLUMNS.items() for other in (name, *others)}


@dataclass(frozen=True)
class ResultLine:
    """A line with the text of each column, and the value as a number; `percent`: a percent sign followed it."""

    line: int
    texts: Mapping[str, str]
    value: float | None
    percent: bool

    def __getitem__(self, column: str) -> str:
        return self.texts.get(column, "")

    @property
    def split(self) -> str:
        """The protocol and the split, which are stored as one."""
        return ", ".join(dict.fromkeys(text for text in (self["protocol"], self["split"]) if text))

    @property
    def location(self) -> str:
        """The version of the reporting paper and the table."""
        return ", ".join(text for text in (self["version"], self["table"]) if text)


def result_lines(name: str, encoding: str | None = None) -> tuple[list[ResultLine], list[str]]:
    """Return the lines of a file, and a remark on each column that is not read.

    Raises InvalidInputError if the file is not a table of results.
    """
    lines, strange = list[ResultLine](), dict[str, None]()
    for line, row in table_rows(name, "method", encoding):
        strange |= dict.fromkeys(str(column) for column in row if column is not None and _key(column) not in _OWN)
        lines.append(_line(line, row))
    if lines and not any(line["benchmark"] for line in lines):
        raise InvalidInputError(f"{name} names no benchmark; its columns can be {', '.join(COLUMNS)}")
    return lines, [f"column {column!r} is not read{did_you_mean(column, _OWN)}" for column in strange]


def _key(column: str) -> str:
    return column.strip().casefold().replace(" ", "_").replace("-", "_")


def _line(line: int, row: Mapping[str, JSON]) -> ResultLine:
    texts = dict(_texts(row))
    text = texts.get("value", "")
    return ResultLine(line, texts, _number(text.removesuffix("%").strip()), text.endswith("%"))


def _texts(row: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    for column, value in row.items():
        name = _OWN.get(_key(column)) if column is not None else None
        if name is not None and value is not None and not isinstance(value, list | dict) and str(value).strip():
            yield name, str(value).strip()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
