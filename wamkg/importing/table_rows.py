"""The rows of a table in a file, CSV with a header or JSON Lines, with their line numbers."""

import csv
import io
from collections.abc import Iterator, Mapping

import orjson

from wamkg.errors import InvalidInputError
from wamkg.importing.source import MAX_DOWNLOAD, open_source, read_text
from wamkg.json_types import JSON


def table_rows(name: str, column: str, encoding: str | None = None) -> Iterator[tuple[int, Mapping[str, JSON]]]:
    """Yield (line, row) of a file, URL or standard input; a CSV table must have `column`.

    Raises InvalidInputError, naming the line, if it is neither.
    """
    with open_source(name, encoding) as source:
        text = read_text(source, MAX_DOWNLOAD)
    if text.lstrip().startswith("{"):
        yield from ((line, _json(name, line, words)) for line, words in enumerate(text.split("\n"), 1) if words.strip())
        return
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if column not in (reader.fieldnames or ()):
        raise InvalidInputError(f"{name} has no column `{column}`; use CSV with a header, or JSON Lines")
    try:
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as error:
        raise InvalidInputError(f"{name}, line {reader.line_num}: {error}") from None


def _json(name: str, line: int, words: str) -> Mapping[str, JSON]:
    try:
        row = orjson.loads(words)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"{name}, line {line}: not valid JSON: {error.msg}") from None
    if not isinstance(row, dict):
        raise InvalidInputError(f"{name}, line {line}: not a record of names and values")
    return row
