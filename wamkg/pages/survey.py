"""The page of the survey itself, and the form that edits it."""

from collections.abc import Mapping

import yaml
from sqlmodel import Session

from wamkg.json_types import UncheckedObject
from wamkg.pages.context import load_taxon_names, page_frame
from wamkg.pages.render import render
from wamkg.pages.viewer import Viewer
from wamkg.reviewing.survey_edits import TEXT_FIELDS
from wamkg.store.survey import find_survey
from wamkg.store.taxonomies import find_default_taxonomy
from wamkg.views.survey import SurveyItem, survey_item
from wamkg.views.taxonomies import taxonomy_list
from wamkg.vocabulary import BRANCH_COLORS, DATE_RULES

_AS_YAML = ("authors", "definitions")
_COLOR = "color-"


def survey_page(
    session: Session,
    viewer: Viewer | None = None,
    done: str | None = None,
    problem: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    """The survey, and for a curator the form that edits it; `typed` is what a refused form held."""
    survey = survey_item(session) if find_survey(session) is not None else None
    main = find_default_taxonomy(session)
    known = load_taxon_names(session)
    return render(
        "survey.html",
        viewer=viewer,
        **page_frame(session),
        here="/survey",
        survey=survey,
        main=main,
        branches=known.branch_hues.get(main, {}),
        names=known.names.get(main, {}),
        fields=_fields(survey) | dict(typed or {}),
        taxonomies=taxonomy_list(session),
        colors=BRANCH_COLORS,
        date_rules=DATE_RULES,
        done=done if viewer else None,
        problem=problem,
    )


def _fields(survey: SurveyItem | None) -> dict[str, str]:
    """The fields of the form as text."""
    if survey is None:
        empty = dict.fromkeys((*TEXT_FIELDS, *_AS_YAML, "outside_kinds", "revision"), "")
        return empty | {"date_rule": DATE_RULES[0]}
    fields = {name: str(getattr(survey, name)) for name in (*TEXT_FIELDS, "revision")}
    fields["outside_kinds"] = "\n".join(survey.outside_kinds)
    for name in _AS_YAML:
        items = getattr(survey, name)
        fields[name] = yaml.safe_dump(items, allow_unicode=True, sort_keys=False, width=100) if items else ""
    return fields | {f"{_COLOR}{each['slug']}": each.get("color", "") for each in survey.branches}


def values_of_form(form: Mapping[str, str], names: Mapping[str, str]) -> UncheckedObject:
    """The fields of the survey that a form sets; empty fields are set to nothing. `names` has the branches by slug."""
    form = {name: text.replace("\r\n", "\n") for name, text in form.items()}
    values: UncheckedObject = {name: form.get(name, "") for name in (*TEXT_FIELDS, *_AS_YAML)}
    values["outside_kinds"] = form.get("outside_kinds", "").split()
    values["branches"] = [
        {"slug": slug, "name": name} | ({"color": color} if (color := form.get(f"{_COLOR}{slug}")) else {})
        for slug, name in names.items()
    ]
    return values
