"""Fuzz one reader with atheris: `python -m tests.fuzz.readers bibtex -max_total_time=300`.

Arguments after the reader's name are libFuzzer's. Crashes, texts that take more than five seconds, and more than 2 GB
of memory end the run; the text is then in `.fuzz/READER/`. The cases of the tests are the first texts.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wamkg.importing"]):
    from tests.helpers.importing_samples import CATALOGUE, read
    from wamkg.errors import WamkgError
    from wamkg.importing.parse_result import Item
    from wamkg.importing.references.bibtex import parse_bibtex
    from wamkg.importing.references.csl import parse_csl
    from wamkg.importing.references.table import parse_table
    from wamkg.importing.references.tagged import parse_enw, parse_nbib, parse_ris, parse_wos

CASES = Path(__file__).parents[1] / "cases"
READERS: dict[str, tuple[Callable[[str], Iterable[Item]], str]] = {
    "list": (lambda text: read(text, CATALOGUE).items, "md"),
    "bibtex": (parse_bibtex, "bib"),
    "ris": (parse_ris, "ris"),
    "csv": (parse_table, "csv"),
    "csl-json": (parse_csl, "json"),
    "nbib": (parse_nbib, "nbib"),
    "wos": (parse_wos, "txt"),
    "enw": (parse_enw, "enw"),
}


def main() -> None:
    """Fuzz the reader that the first argument names."""
    name, *options = sys.argv[1:]
    reader, suffix = READERS[name]
    logging.disable()
    folder = Path(".fuzz") / name
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES.glob(f"*.{suffix}"):
        (folder / case.name).write_bytes(case.read_bytes())

    def read_one(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        try:
            items = list(reader(text))
        except WamkgError as error:
            assert "\n" not in str(error), "an error of several lines"
            return
        lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        assert all(1 <= item.line <= lines for item in items), "a line that does not exist"

    limits = ["-timeout=5", "-rss_limit_mb=2048", "-max_len=4096", f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *limits, *options, str(folder)], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
