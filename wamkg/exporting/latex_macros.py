"""The numbers of an edition as LaTeX macros: a manuscript states no count, share, score or date that is typed."""

import re
from collections.abc import Iterator, Mapping

from sqlmodel import Session

from wamkg.latex import escape_latex
from wamkg.store.survey import find_survey
from wamkg.views.edition import SurveyValues, edition_of, survey_values

KINDS = {"count": "Count", "share": "Share", "score": "Score", "date": "Date"}
"""Kinds of values by the last part of their macro's name."""
UNRELEASED = "unreleased"


def macro_prefix(session: Session) -> str:
    """The beginning of every macro's name: the letters of the survey's short name in lower case, without the word
    "survey"; `survey` if nothing is left.
    """
    survey = find_survey(session)
    name = re.sub(r"\b(?:survey|review)\b", "", survey.short_name.lower() if survey else "")
    return re.sub(r"[^a-z]", "", name) or "survey"


def macro_values(found: SurveyValues) -> dict[tuple[str, str], str]:
    """Every value as it is printed, by kind and key."""
    values = {("count", key): str(number) for key, number in found.counts.items()}
    values |= {("share", key): rf"{round(share, 1):g}\%" for key, share in found.shares.items()}
    values |= {("score", key): f"{score:.10g}" for key, score in found.scores.items()}
    return values | {("date", key): day for key, day in found.dates.items()}


def export_latex_macros(session: Session) -> Iterator[str]:
    r"""The macro file: `\input` it in the preamble. A key without a value is an error of LaTeX, never a zero."""
    prefix, edition = macro_prefix(session), edition_of(session)
    name = edition.name or UNRELEASED
    yield f"% The numbers of the edition {name} as of {edition.day}, written by `wamkg export latex-macros`.\n"
    yield "% Do not edit: write the file again instead. `wamkg check-manuscript` compares it with the store.\n"
    yield "\\makeatletter\n"
    yield from _commands(prefix, name)
    for (kind, key), value in _typed(macro_values(survey_values(session))).items():
        yield rf"\@namedef{{{prefix}@{kind}@{key}}}{{{value}}}" + "\n"
    yield "\\makeatother\n"


def _commands(prefix: str, name: str) -> Iterator[str]:
    value = rf"\csname {prefix}@#1@\detokenize{{#2}}\endcsname"
    known = rf"\ifcsname {prefix}@#1@\detokenize{{#2}}\endcsname"
    error = rf"{{The edition {escape_latex(name)} has no #1 of `\detokenize{{#2}}'}}{{See the file of the macros.}}"
    yield rf"\newcommand{{\{prefix}@value}}[2]{{{known}{value}\else\PackageError{{wamkg}}{error}\textbf{{??}}\fi}}"
    yield "\n"
    for kind, ending in KINDS.items():
        yield rf"\newcommand{{\{prefix}{ending}}}[1]{{\{prefix}@value{{{kind}}}{{#1}}}}" + "\n"
    yield rf"\newcommand{{\{prefix}AsOf}}{{\{prefix}Date{{as-of}}}}" + "\n"
    yield rf"\newcommand{{\{prefix}Release}}{{{escape_latex(name)}}}" + "\n"


def _typed(values: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """The values without those whose keys no command of LaTeX can be called by."""
    return {(kind, key): value for (kind, key), value in values.items() if not re.search(r"[\\{}%#~^\s]", key)}
