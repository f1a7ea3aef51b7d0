r"""The methods appendix as LaTeX: sections with tables, to `\input` into a manuscript."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wamkg.discovering.estimate import SearchState
from wamkg.exporting.latex_macros import UNRELEASED
from wamkg.history.diff import ReleaseDiff
from wamkg.history.diff_text import sections
from wamkg.latex import escape_latex
from wamkg.readable import pluralize
from wamkg.reviewing.agreement_report import Agreement
from wamkg.views.methods import ReviewedTaxonomy, SurveyMethods


@dataclass(frozen=True)
class Appendix:
    """What the appendix says: how the survey was made, whether searching may stop, the agreement of the reviewers of
    each taxonomy (None: not measured), and what changed since the release before (None: it is the first).
    """

    made: SurveyMethods
    search: SearchState
    agreements: Mapping[str, Agreement | None]
    changes: ReleaseDiff | None


def methods_latex(found: Appendix) -> str:
    """The appendix. It needs `booktabs`. What the store does not know is said, not left out."""
    edition = found.made.edition
    name = f"release {edition.name}" if edition.name else f"{UNRELEASED} state"
    parts = [f"% How the {name} of {edition.day} was made, written by `wamkg methods`. Do not edit.",
             rf"\subsection*{{Methods of the {escape_latex(name)} of {edition.day}}}"]  # fmt: skip
    for title, lines in (
        ("Searches", _searches(found.made)),
        ("Flow of papers", _flow(found.made)),
        ("When to stop", _stopping(found.search)),
        ("Reviewers", _reviewers(found)),
        ("Models", _models(found.made.taxonomies)),
        ("Changes", _changes(found.changes)),
    ):
        parts += [rf"\paragraph{{{title}.}}", *lines]
    return "\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A table whose last columns hold numbers."""
    numbers = sum(all(isinstance(row[column], int) for row in rows) for column in range(len(heads)))
    columns = "l" * (len(heads) - numbers) + "r" * numbers
    lines = [" & ".join(escape_latex(str(cell)) for cell in row) + r" \\" for row in (heads, *rows)]
    inner = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", lines[0], r"\midrule", *lines[1:]]
    return [r"\par\smallskip\noindent", *inner, r"\bottomrule", r"\end{tabular}", r"\par\smallskip"]


def _searches(made: SurveyMethods) -> Iterator[str]:
    if made.queries:
        yield "Saved queries and lists:"
        yield r"\begin{itemize}"
        yield from (rf"  \item {escape_latex(name)}: {escape_latex(query)}" for name, query in made.queries.items())
        yield r"\end{itemize}"
    if made.routes:
        yield "Routes of discovery, read again and again:"
        yield from _table(
            ["route", "first", "last", "readings", "records"],
            [[r.route, f"{r.first:%Y-%m-%d}", f"{r.last:%Y-%m-%d}", r.times, r.records] for r in made.routes],
        )
    else:
        yield "No route of discovery was read."
    if made.imports:
        yield "Imported lists and files:"
        yield from _table(
            ["source", "first", "last", "times", "new papers"],
            [[i.source, str(i.first), str(i.last), i.times, i.new] for i in made.imports],
        )


def _flow(made: SurveyMethods) -> Iterator[str]:
    yield "Papers in the stages of PRISMA 2020:"
    yield from _table(["stage", "route or reason", "papers"], [[r.stage, r.reason, r.count] for r in made.flow])


def _stopping(search: SearchState) -> Iterator[str]:
    found, target = search.estimate, rf"{search.target:.0%}".replace("%", r"\%")
    yield (
        f"Searching stops when the share of all works that was found reaches {target} at the lower end of its 95\\,\\% "
        "interval, by capture and recapture over the routes."
    )
    if found.recall is None or found.recall_low is None:
        yield escape_latex(f"It cannot be estimated yet: {found.note}.")
        return
    yield escape_latex(
        f"{pluralize(found.found, 'work')} were found; the estimate is {found.recall:.1%} of all, at least "
        f"{found.recall_low:.1%}. So the search {'may stop' if search.stop else 'continues'}."
    )


def _reviewers(found: Appendix) -> Iterator[str]:
    for taxonomy in found.made.taxonomies:
        people = ", ".join(f"{name} ({count})" for name, count in taxonomy.decisions.items())
        said = f"{taxonomy.title}: decisions by {people}." if people else f"{taxonomy.title}: no decisions by people."
        yield escape_latex(f"{said} {_agreed(found.agreements.get(taxonomy.slug))}")


def _agreed(measured: Agreement | None) -> str:
    if measured is None:
        return "No two people labeled the same paper."
    overall = measured.overall
    values = [f"{label} {value:.2f}" for label, value in (("kappa", overall.kappa), ("alpha", overall.alpha)) if value]
    share = f"{overall.observed:.1%} of labels agree" if overall.observed is not None else "agreement is undefined"
    both = f"{pluralize(overall.papers, 'paper')} labeled by two or more of {len(measured.reviewers)} reviewers"
    return f"{both}: {', '.join([share, *values])} ({measured.source})."


def _models(taxonomies: Sequence[ReviewedTaxonomy]) -> Iterator[str]:
    used = [taxonomy for taxonomy in taxonomies if taxonomy.model]
    if not used:
        yield "No model suggested classes."
    for taxonomy in used:
        model = taxonomy.model or {}
        name = f"{model.get('name')} {model.get('version') or ''}".strip()
        yield escape_latex(
            f"{taxonomy.title}: suggestions by the model {name}, trained on {model.get('training_size')} papers. "
            f"{_measured(taxonomy)}"
        )


def _measured(taxonomy: ReviewedTaxonomy) -> str:
    shares = [
        f"{share.agreed} of {share.n} {name} suggestions were accepted"
        for name, share in taxonomy.bias.leaf.items()
        if share.n
    ]
    return f"{'; '.join(shares).capitalize()}; {taxonomy.bias.said}." if shares else "No suggestion was answered yet."


def _changes(changes: ReleaseDiff | None) -> Iterator[str]:
    if changes is None:
        yield "This is the first edition."
        return
    counts = [f"{title.lower()} {len(lines)}" for title, lines in sections(changes) if title != "Counts"]
    said = ", ".join(counts) or "nothing changed"
    yield escape_latex(f"From {changes.a} to {changes.b}: {said}.")
    rows = [[name, before, after] for name, (before, after) in changes.counts.items()]
    if rows:
        yield from _table(["count", changes.a, changes.b], rows)
