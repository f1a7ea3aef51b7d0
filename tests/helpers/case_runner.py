"""Small files with the right answer beside each: `NAME.ext` is imported into a fresh store, and what the store then
holds, what `import` printed and what an export writes is compared with `NAME.expect.json`.

Keys of an answer:

`kind`, `why`             kind of trouble; what is right, in a sentence
`import`                  files, imported in this order into one store
`args`, `args_any`        further arguments of `import`; lists of arguments of which one must lead to the right outcome
`exit`                    exit statuses that are right; left out: 0 or 3; left out beside `any_of`: any
`via`                     formats: export in it, import that into a fresh store, look there
`count`                   papers in the store
`papers`                  `find` names one paper (`title_contains`, `author`, or a field and its value); every other key
                          is a field of `wamkg export jsonl` and its value; `any_of` lists sets of fields of which one
                          holds; `absent` says there is no such paper; `times` how many there are
`report_contains`, `report_lacks`, `report_matches`
                          text that `import` prints, in small letters: all of it (a list inside: one of it), none of it,
                          regular expressions
`export`                  one or more of `format`, `must_match`, `must_not_match` (regular expressions),
                          `well_formed`: `xml`
`pair`                    titles that `wamkg duplicates` offers to a person
`any_of`                  outcomes of which one must hold whole

A value is a literal, or `{"any": [..]}`, `{"match": regex}`, `{"not_match": regex}`, `{"contains": text}`,
`{"not": value}`. `null` is a missing value. Names are "Given Family".

All of it runs in this process, since the command line would start twice for every case.
"""

import io
import json
import os
import re
import shutil
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

from wamkg.cli import run
from wamkg.settings import get_settings

SUFFIX = {"bibtex": ".bib", "csv": ".csv", "jsonl": ".jsonl", "awesome-list": ".md", "graphml": ".graphml"}
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2010: "-", 0xA0: " "}
_OPERATORS = frozenset(("any", "match", "contains", "not", "not_match"))
_ABOUT_PAPER = frozenset(("find", "times", "any_of", "absent"))
_OFFLINE = {"WAMKG_ARXIV_API_URL": "", "HF_HUB_OFFLINE": "1", "COLUMNS": "400", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Ran:
    """One command: its exit status and what it printed."""

    status: int
    out: str
    err: str


class CaseStore:
    """wamkg on a home of its own, copied from one with a migrated store."""

    def __init__(self, template: Path, home: Path) -> None:
        self.home = home
        shutil.copytree(template, home)

    def run(self, *arguments: object) -> Ran:
        """Run one command here."""
        out, err = io.StringIO(), io.StringIO()
        with _settings_of(self.home), redirect_stdout(out), redirect_stderr(err):
            try:
                status = run([str(argument) for argument in arguments])
            except Exception:  # what a user would see as a traceback is a fault of the case
                traceback.print_exc()
                status = 1
        return Ran(status, out.getvalue(), err.getvalue())

    def papers(self) -> list[dict[str, Any]]:
        """Every paper, as `export jsonl` writes it."""
        ran = self.run("export", "jsonl")
        if ran.status:
            raise AssertionError(f"export jsonl: exit {ran.status}: {ran.err.strip()[-200:]}")
        return [json.loads(line) for line in ran.out.split("\n") if line.strip()]


@contextmanager
def _settings_of(home: Path) -> Iterator[None]:
    with patch.dict(os.environ, _OFFLINE | {"WAMKG_HOME": str(home)}):
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


@dataclass(frozen=True)
class Outcome:
    """What came of the imports of a case."""

    statuses: list[int]
    report: str
    store: CaseStore
    papers: list[dict[str, Any]]


def faults_of(answer: Path, template: Path, folder: Path) -> list[str]:
    """What comes out wrong of the case with this answer, one line each, by the best of its `args_any`; none: right."""
    spec = json.loads(answer.read_text(encoding="utf-8"))
    name = answer.name.removesuffix(".expect.json")
    files = sorted(path.name for path in answer.parent.glob(f"{name}.*") if path != answer)
    sources = [answer.parent / file for file in spec.get("import", files)]
    tries = []
    for number, extra in enumerate(spec.get("args_any", [[]])):
        made = _attempt(spec, sources, [*spec.get("args", []), *extra], template, folder / str(number))
        tries.append(made)
        if not made:
            return []
    return min(tries, key=len)


def _attempt(spec: dict[str, Any], sources: list[Path], args: list[str], template: Path, folder: Path) -> list[str]:
    store = CaseStore(template, folder / "store")
    ran = [store.run("import", source, *args) for source in sources]
    for number, format in enumerate(spec.get("via", [])):
        file = folder / f"via{number}{SUFFIX[format]}"
        ran.append(Ran((done := store.run("export", format, "-o", file)).status, "", done.err))
        store = CaseStore(template, folder / f"via{number}")
        ran.append(store.run("import", file, "--format", format))
    report = "".join(each.out + each.err for each in ran)
    outcome = Outcome([each.status for each in ran], report, store, store.papers())
    faults = _outcome_faults(spec, outcome)
    if spec.get("any_of") and not faults:
        faults = min((_outcome_faults(option, outcome) for option in spec["any_of"]), key=len)
    return faults


def _outcome_faults(spec: dict[str, Any], outcome: Outcome) -> list[str]:
    faults = []
    allowed = spec.get("exit", None if "any_of" in spec else [0, 3])
    if allowed and (wrong := [status for status in outcome.statuses if status not in allowed]):
        faults.append(f"exit {wrong[0]}, not {allowed}")
    faults += _report_faults(spec, plain(outcome.report).lower())
    if "count" in spec and not agrees(len(outcome.papers), spec["count"]):
        titles = "; ".join(str(paper.get("title")) for paper in outcome.papers[:6])
        faults.append(f"{len(outcome.papers)} papers, not {spec['count']}: {titles}")
    faults += [fault for want in spec.get("papers", []) for fault in _paper_faults(want, outcome.papers)]
    if "pair" in spec:
        offered = plain(outcome.store.run("duplicates").out).lower()
        faults += [f"duplicates lacks {title!r}" for title in spec["pair"] if plain(title).lower() not in offered]
    exports = spec.get("export", [])
    for each in exports if isinstance(exports, list) else [exports]:
        faults += _export_faults(each, outcome.store)
    return faults


def _report_faults(spec: dict[str, Any], report: str) -> Iterator[str]:
    end = report[-300:]
    if "traceback (most recent" in report:
        yield f"a traceback: {end}"
    for text in spec.get("report_contains", []):
        options = text if isinstance(text, list) else [text]
        if not any(option.lower() in report for option in options):
            yield f"the report lacks {' or '.join(options)!r}: {end}"
    for pattern in spec.get("report_matches", []):
        if not re.search(pattern, report):
            yield f"the report does not match {pattern!r}: {end}"
    for text in spec.get("report_lacks", []):
        if text.lower() in report:
            yield f"the report contains {text!r}"


def _paper_faults(want: dict[str, Any], papers: list[dict[str, Any]]) -> Iterator[str]:
    hits = [paper for paper in papers if _is_found(paper, want["find"])]
    name = ", ".join(str(value) for value in want["find"].values())
    times = 0 if want.get("absent") else want.get("times", 1)
    if len(hits) != times:
        titles = "; ".join(str(paper.get("title")) for paper in papers[:6])
        yield f"{name}: {len(hits)} found, not {times}, among: {titles}"
        return
    for paper in hits:
        for key in want.keys() - _ABOUT_PAPER:
            if not agrees(paper.get(key), want[key]):
                yield f"{name}: {key} is {paper.get(key)!r}, not {want[key]!r}"
        options = want.get("any_of")
        if options and not any(all(agrees(paper.get(k), v) for k, v in option.items()) for option in options):
            got = {key: paper.get(key) for option in options for key in option}
            yield f"{name}: {got} is none of {options}"


def _is_found(paper: dict[str, Any], find: dict[str, Any]) -> bool:
    return all(_has(paper, key, wanted) for key, wanted in find.items())


def _has(paper: dict[str, Any], key: str, wanted: Any) -> bool:
    if key == "title_contains":
        return bool(plain(wanted).lower() in plain(paper.get("title") or "").lower())
    if key == "author":
        return any(plain(wanted) in plain(author) for author in paper.get("authors") or [])
    return str(paper.get(key) or "").lower() == str(wanted).lower()


def _export_faults(spec: dict[str, Any], store: CaseStore) -> Iterator[str]:
    ran = store.run("export", spec["format"])
    if ran.status:
        yield f"export {spec['format']}: exit {ran.status}: {ran.err.strip()[-120:]}"
        return
    for pattern in spec.get("must_match", []):
        if not re.search(pattern, ran.out, re.MULTILINE):
            yield f"export {spec['format']} does not match {pattern!r}: {ran.out[:600]}"
    for pattern in spec.get("must_not_match", []):
        if hit := re.search(pattern, ran.out, re.MULTILINE):
            yield f"export {spec['format']} has {hit[0]!r}"
    if spec.get("well_formed") == "xml":
        try:
            ElementTree.fromstring(ran.out)
        except ElementTree.ParseError as error:
            yield f"export {spec['format']} is not well-formed: {error}"


def plain(value: Any) -> Any:
    """Text as it is compared: one Unicode form, blanks and quotes of one kind."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, str):
        return value
    return " ".join(unicodedata.normalize("NFC", value).translate(_QUOTES).split())


def agrees(got: Any, want: Any) -> bool:
    """Whether a value is the literal or fits the operators."""
    if not isinstance(want, dict) or not want.keys() <= _OPERATORS:
        return bool(plain(got) == plain(want))
    text = got if isinstance(got, str) else "" if got is None else json.dumps(got, ensure_ascii=False)
    tests: dict[str, Callable[[Any], bool]] = {
        "any": lambda options: any(agrees(got, option) for option in options),
        "match": lambda pattern: bool(re.search(pattern, text)),
        "not_match": lambda pattern: not re.search(pattern, text),
        "contains": lambda part: plain(part).lower() in plain(text).lower(),
        "not": lambda other: not agrees(got, other),
    }
    return all(tests[key](value) for key, value in want.items())
