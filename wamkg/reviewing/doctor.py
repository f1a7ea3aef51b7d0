"""Named checks of the store: what is wrong, how to fix it, and automatic fixes where that is safe."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sqlmodel import Session

from wamkg.errors import NotFoundError
from wamkg.former_names import Former, WithFormerNames, former
from wamkg.identifiers import FIRST_YEAR, is_plausible_year, last_year
from wamkg.matching.generic_titles import is_generic
from wamkg.matching.quotes import find_missing_quote, texts_of
from wamkg.matching.resolved_values import resolved_values
from wamkg.near_matches import unknown
from wamkg.reviewing.identity_questions import ask_about, swapped_papers
from wamkg.store import doctor as reads
from wamkg.store.assignments import rule_violations
from wamkg.store.base import chunks
from wamkg.store.claims import load_claims, write_resolved
from wamkg.store.decisions import quoted_assignments
from wamkg.store.duplicates import load_work_groups, sorted_pair
from wamkg.store.paper_details import paper_rows
from wamkg.store.paper_texts import paper_texts
from wamkg.store.papers import methods_of
from wamkg.store.questions import QuestionFilter, led_by, question_rows
from wamkg.store.search import replace_texts, search_body, search_texts_of
from wamkg.store.session import one_writer
from wamkg.store.tables import Paper, Suggestion
from wamkg.store.taxonomy_edits import tree_problems
from wamkg.vocabulary import QuestionStatus


@dataclass(frozen=True)
class CheckFinding:
    """One problem: the item and a description."""

    subject: str
    problem: str
    number: int | None = field(default=None, repr=False)
    """Number of the row to fix."""


@dataclass(frozen=True)
class Check:
    """A check: its name, what it looks for, how a person fixes a problem, and how `--fix` does if no data is lost."""

    about: str
    remedy: str
    find: Callable[[Session], Iterator[CheckFinding]]
    fix: Callable[[Session, Sequence[CheckFinding]], None] | None = None


@dataclass(frozen=True)
class CheckReport(WithFormerNames):
    """The result of a check; `fixed` of the findings were fixed."""

    check: str
    about: str
    remedy: str
    fixable: bool
    fixed: int
    findings: list[CheckFinding]
    mend: Former[str] = former("remedy")


def find_problems(session: Session, names: Sequence[str] = (), *, fix: bool = False) -> list[CheckReport]:
    """Run the named checks (default: all). With `fix`, in a writing session, fix what can be fixed safely.

    Raises NotFoundError for an unknown check.
    """
    names = [FORMER_CHECKS.get(name, name) for name in names]
    strange = [name for name in names if name not in CHECKS]
    if strange:
        raise NotFoundError(unknown("check", strange[0], CHECKS))
    if fix:
        one_writer(session)
    return [_run(session, name, CHECKS[name], fix) for name in names or CHECKS]


def _run(session: Session, name: str, check: Check, fix: bool) -> CheckReport:
    found = list(check.find(session))
    fixing = fix and check.fix is not None and bool(found)
    if fixing and check.fix is not None:
        check.fix(session, found)
        session.flush()
        session.expire_all()
    return CheckReport(name, check.about, check.remedy, check.fix is not None, len(found) if fixing else 0, found)


def _dangling_links(session: Session) -> Iterator[CheckFinding]:
    for relation, kind, uid in reads.links_to_nothing(session):
        yield CheckFinding(f"{kind}:{uid}", f"a link `{relation}` leads to a deleted entity")
    for slug, kind, url in reads.invalid_urls(session):
        yield CheckFinding(f"paper:{slug}", f"its {kind} URL {url!r} is invalid")


def _missing_dates(session: Session) -> Iterator[CheckFinding]:
    yield from (
        CheckFinding(f"paper:{slug}", "no source gives a date or year") for slug in reads.papers_without_date(session)
    )


def _implausible_dates(session: Session) -> Iterator[CheckFinding]:
    for slug, source, kind, day in reads.dates_outside(session, FIRST_YEAR, last_year()):
        yield CheckFinding(f"paper:{slug}", f"{source} dates it {day.isoformat()} ({kind})")
    for slug, source, year in reads.years_said(session):
        if not is_plausible_year(year):
            yield CheckFinding(f"paper:{slug}", f"{source} gives the year {year}")


def _suspicious_zeros(session: Session) -> Iterator[CheckFinding]:
    for slug, source, most in reads.contradicted_zero_counts(session):
        yield CheckFinding(f"paper:{slug}", f"{source} counts 0 citations, while {most} are known")
    yield from (CheckFinding(f"result:{uid}", "its value is 0") for uid in reads.results_of_zero(session))


def _class_without_definition(session: Session) -> Iterator[CheckFinding]:
    yield from (CheckFinding(f"taxon:{path}", "no definition") for path in reads.classes_without_definition(session))


def _duplicate_names(session: Session) -> Iterator[CheckFinding]:
    for kind, slugs in reads.duplicate_names(session):
        yield CheckFinding(f"{kind}:{slugs[0]}", f"the same name as {', '.join(slugs[1:])}")
    works = load_work_groups(session)
    for group in reads.namesakes(session):
        pairs = [] if is_generic(group[0].title) else combinations(group, 2)
        yield from (_namesakes(*pair) for pair in pairs if works.is_open(sorted_pair(*(p.id for p in pair))))


def _namesakes(one: reads.TitledPaper, other: reads.TitledPaper) -> CheckFinding:
    dois = " and another DOI" if one.doi and other.doi and one.doi != other.doi else ""
    answer = f"`wamkg duplicates judge {one.slug} {other.slug} different`, or `same`"
    return CheckFinding(f"paper:{one.slug}", f"paper:{other.slug} has the same title{dois}; answer with {answer}")


def _stale_suggestions(session: Session) -> Iterator[CheckFinding]:
    from wamkg.suggesting.corpus import document_of  # numpy, which no other check needs

    decided, paths = reads.decided_papers(session), reads.live_paths(session)
    texts = {paper.id: document_of(paper).hash for paper in paper_texts(session)}
    for suggestion, paper, slug in reads.suggestions_with_papers(session):
        problem = _staleness(suggestion, paths.get(suggestion.taxonomy_id, set()), decided)
        if problem is None and texts.get(suggestion.paper_id) != suggestion.text_hash:
            problem = "the paper's text has changed"
        if problem:
            yield CheckFinding(f"paper:{paper.slug}", f"suggestion in {slug}: {problem}", suggestion.id)


def _staleness(suggestion: Suggestion, paths: set[str], decided: set[tuple[int, int]]) -> str | None:
    if (suggestion.paper_id, suggestion.taxonomy_id) in decided:
        return "a person has decided since"
    gone = [item["taxon"] for item in suggestion.ranked if item["taxon"] not in paths]
    return f"it names {gone[0]}, which has been deleted or moved" if gone else None


def _delete_suggestions(session: Session, found: Sequence[CheckFinding]) -> None:
    reads.delete_suggestions(session, [finding.number for finding in found if finding.number is not None])


def _dead_evidence(session: Session) -> Iterator[CheckFinding]:
    for quoted in quoted_assignments(session):
        lost = find_missing_quote(quoted, texts_of(quoted))
        if lost is not None:
            problem = f"{lost.taxonomy}: {lost.shown!r} is no longer in its {lost.place}"
            yield CheckFinding(f"paper:{lost.paper}", problem)


def _missing_reasons(session: Session) -> Iterator[CheckFinding]:
    for slug, taxonomy, state in reads.states_without_reason(session):
        yield CheckFinding(f"paper:{slug}", f"{state} in {taxonomy} without a reason")


def _broken_trees(session: Session) -> Iterator[CheckFinding]:
    yield from (CheckFinding("taxonomy", problem) for problem in tree_problems(session))


def _broken_rules(session: Session) -> Iterator[CheckFinding]:
    yield from (CheckFinding(f"paper:{paper}", problem) for paper, problem in rule_violations(session).items())


def _shown_values(session: Session) -> Iterator[CheckFinding]:
    for part in chunks(reads.all_papers(session)):
        for number, state in load_claims(session, part, holding=False).items():
            shown = resolved_values(state)
            wrong = [name for name in shown if name in COLUMNS and getattr(state.paper, name, None) != shown[name]]
            if wrong and state.paper is not None:
                problem = f"{', '.join(wrong)}: not the value that precedence picks"
                yield CheckFinding(f"paper:{state.paper.slug}", problem, number)


def _show_again(session: Session, found: Sequence[CheckFinding]) -> None:
    states = list(load_claims(session, [f.number for f in found if f.number is not None]).values())
    write_resolved(session, states, [resolved_values(state) for state in states])


def _open_questions(session: Session) -> Iterator[CheckFinding]:
    for row in question_rows(session, QuestionFilter(QuestionStatus.OPEN)):
        question = row.question
        told = f"{led_by(question.ids)} is {question.title!r} in {question.source}; question {question.uid}"
        yield CheckFinding(f"paper:{row.slug}", told)


def _swapped_papers(session: Session) -> Iterator[CheckFinding]:
    for swapped in swapped_papers(session):
        yield CheckFinding(f"paper:{swapped.slug}", str(swapped), swapped.state.id)


def _ask_about_swaps(session: Session, found: Sequence[CheckFinding]) -> None:
    wanted = {finding.number for finding in found}
    ask_about(session, [swapped for swapped in swapped_papers(session) if swapped.state.id in wanted])


def _search_texts(session: Session) -> Iterator[CheckFinding]:
    for number, (slug, wanted, held) in _texts(session, reads.all_papers(session)).items():
        if wanted != held:
            yield CheckFinding(f"paper:{slug}", "the search index has an old text of it", number)


def _texts(session: Session, numbers: Iterable[int]) -> dict[int, tuple[str, str, str | None]]:
    found = {}
    for part in chunks(numbers):
        held, methods, papers = (
            search_texts_of(session, part),
            methods_of(session, part),
            paper_rows(session, part, texts=True),
        )
        for number in part:
            paper = papers[number]
            name = methods[number].name if number in methods else None
            wanted = search_body(paper.title, paper.abstract, paper.summary, name)
            found[number] = paper.slug, wanted, held.get(number)
    return found


def _write_texts(session: Session, found: Sequence[CheckFinding]) -> None:
    texts = _texts(session, [finding.number for finding in found if finding.number is not None])
    replace_texts(session, {number: wanted for number, (_, wanted, _) in texts.items()})


COLUMNS = frozenset(Paper.model_fields)
"""Columns of a paper; those with a resolved value must equal it."""
CHECKS: Mapping[str, Check] = {
    "dangling-links": Check(
        "links to deleted entities, invalid URLs",
        "`wamkg set PAPER links.KIND=URL` for a URL; for a link, undo the batch that made it with `wamkg undo`",
        _dangling_links,
    ),
    "missing-dates": Check(
        "papers of the survey without a date or year",
        "`wamkg enrich`, or `wamkg set PAPER date=2026-01-31`",
        _missing_dates,
    ),
    "implausible-dates": Check(
        "dates before 1600 or after next year; they are stored but not shown or counted",
        "nothing has to be done; `wamkg set PAPER date=2026-01-31` or `year=2026` gives the right one",
        _implausible_dates,
    ),
    "suspicious-zeros": Check(
        "0 citations where another source counts some, and results with the value 0",
        "`wamkg enrich --only metadata`; `wamkg set result:ID value=...` after checking the paper",
        _suspicious_zeros,
    ),
    "class-without-definition": Check(
        "taxa without a definition", '`wamkg set taxon:TAXONOMY:PATH definition="..."`', _class_without_definition
    ),
    "duplicate-names": Check(
        "entities of one kind with the same name, papers with the same title that nobody has judged",
        "`wamkg set KIND:SLUG name=...`; for papers, `wamkg duplicates judge ONE OTHER same` or `different`",
        _duplicate_names,
    ),
    "identity-questions": Check(
        "records that look like another paper than the one with their id, and wait for an answer",
        "`wamkg questions show ID`, then `wamkg questions answer ID wrong-id`, `renamed` or `wrong-record`",
        _open_questions,
    ),
    "swapped-papers": Check(
        "papers whose sources describe two papers with one id",
        "`wamkg doctor swapped-papers --fix` opens a question for each; `wamkg questions answer ID wrong-id` removes "
        "the claims of the other source, `renamed` keeps them",
        _swapped_papers,
        _ask_about_swaps,
    ),
    "stale-suggestions": Check(
        "suggestions that are out of date after a decision, a taxonomy edit or a change of the text",
        "`wamkg suggest`; `--fix` removes them",
        _stale_suggestions,
        _delete_suggestions,
    ),
    "missing-quotes": Check(
        "quotes that the text they were taken from no longer contains",
        "read the new text and decide again: `wamkg decide PAPER TAXON --evidence ...`",
        _dead_evidence,
    ),
    "missing-reasons": Check(
        "papers without a taxon and without a reason", "decide again with `--note` or `--kind`", _missing_reasons
    ),
    "broken-taxon-paths": Check(
        "taxa whose path does not match their parents, papers assigned to deleted taxa",
        "`wamkg undo` the batch that `wamkg history` shows; this should not happen, please report it",
        _broken_trees,
    ),
    "broken-rules": Check(
        "papers assigned against a rule of their taxonomy",
        "decide again: `wamkg decide PAPER TAXON`",
        _broken_rules,
    ),
    "resolved-values": Check(
        "papers whose values are not the ones that precedence picks",
        "`wamkg doctor --fix` resolves them again",
        _shown_values,
        _show_again,
    ),
    "search-index": Check(
        "papers that search cannot find by their words",
        "`wamkg doctor --fix` rebuilds the index",
        _search_texts,
        _write_texts,
    ),
}
"""All checks, in the order in which they run."""
FORMER_CHECKS = {
    "dead-evidence": "missing-quotes",
    "shown-values": "resolved-values",
    "search-texts": "search-index",
    "broken-trees": "broken-taxon-paths",
}
"""Former name of a check -> its name; accepted for one more release."""
