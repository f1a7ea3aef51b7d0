"""Output of `import`: warnings first, then how the file was understood, what was dropped, and the outcome."""

from collections.abc import Iterable, Sequence
from itertools import islice

from wamkg.cli.common import out, print_identity, print_undo, print_warnings
from wamkg.importing.import_report import Doubt, ImportReport, LineReport, Outcome
from wamkg.importing.parse_result import ProposedTaxon
from wamkg.importing.quality import Quality, QualityWarning, Sample
from wamkg.readable import pluralize

SHOWN = 20
"""Lines of each section that are printed without --verbose."""
_SHOWN_PLACES = 5
_SHOWN_AUTHORS = 3
_NONE = "-"


def print_report(report: ImportReport, verbose: bool = False) -> None:
    """Print a report for people; `verbose` prints everything."""
    print_quality_warnings(report.warnings, verbose)
    dry = "; dry run, nothing is written" if report.dry_run else ""
    out.print(f"{pluralize(report.records, 'record')} in {report.source}, read as {report.format}{dry}")
    for note in report.notes:
        out.print(note)
    _print_samples(report.samples)
    if report.quality.records:
        out.print(_quality_line(report.quality))
    print_losses(report, verbose)
    _print_lines("Changed", report, Outcome.CHANGED, verbose)
    if report.dry_run or verbose:
        _print_lines("New", report, Outcome.NEW, verbose)
    out.print()
    _print_lists(report, verbose)
    print_outcome(report)


def print_outcome(report: ImportReport) -> None:
    """Print what an import asks and wrote, and how to undo it."""
    print_warnings(report.alarms)
    print_identity(report.questions, report.renamed)
    out.print(", ".join(f"{number} {name}" for name, number in report.all_counts.items()))
    if report.batch:
        print_undo(report.batch)


def print_quality_warnings(warnings: Sequence[QualityWarning], verbose: bool) -> None:
    """Print signs that a file was misread."""
    for warning in warnings:
        _print_warning(warning, verbose)
    if warnings:
        out.print()


def _print_warning(warning: QualityWarning, verbose: bool) -> None:
    out.print(f"WARNING: {warning.text}", style="bold")
    places = warning.places if verbose else warning.places[:_SHOWN_PLACES]
    for place in places:
        out.print(f"  line {place.line}: {place.text}")
    if (more := warning.count - len(places)) and places:
        out.print(f"  and {more} more" + ("" if verbose else "; --verbose lists them"))


def _print_samples(samples: Sequence[Sample]) -> None:
    if not samples:
        return
    out.print("Read like this:")
    for sample in samples:
        out.print(f"  line {sample.line}: {sample.title or '(no title yet, only an id)'}")
        values = {
            "authors": _authors(sample),
            "year": sample.year or _NONE,
            "id": " ".join(sample.ids) or _NONE,
            "class": " ".join(sample.classes) or _NONE,
        }
        out.print("    " + "   ".join(f"{name}: {value}" for name, value in values.items()))


def _authors(sample: Sample) -> str:
    shown = "; ".join(sample.authors[:_SHOWN_AUTHORS])
    more = len(sample.authors) - _SHOWN_AUTHORS
    if more > 0:
        shown += f" and {more} more"
    return (shown + (" et al." if sample.authors_cut else "")) or _NONE


def _quality_line(quality: Quality) -> str:
    """Share of records with authors, year and id, and the number of every oddity."""
    total = quality.records
    shares = {"authors": quality.without_authors, "year": quality.without_year, "id": quality.without_id}
    line = "Complete: " + ", ".join(f"{name} {_share(total - lacking, total)}" for name, lacking in shares.items())
    odd = [
        pluralize(quality.titles_like_names, "title") + " like a list of names",
        pluralize(quality.short_titles, "title") + " of one or two words",
        f"{quality.same_title} records of one title",
        pluralize(quality.worse, "value") + " worse than before",
        pluralize(quality.dropped, "value") + " dropped",
        pluralize(quality.doubtful, "value") + " doubtful",
    ]
    return "; ".join([line, *(text for text in odd if not text.startswith("0 "))])


def _share(part: int, total: int) -> str:
    """A share in percent. Only exact values are shown as 0% or 100%."""
    tenths = min(max(1000 * part // total, 1), 999) if 0 < part < total else 1000 * part // total
    near_end = 0 < tenths < 10 or 990 < tenths < 1000
    return f"{tenths / 10:.{1 if near_end else 0}f}% ({part:,} of {total:,})"


def print_losses(report: ImportReport, verbose: bool) -> None:
    """Print everything that was not read, conflicts with the store, was dropped or is doubtful, so that no loss is
    silent.
    """
    dropped = [doubt for doubt in report.doubts if doubt.dropped]
    doubtful = [doubt for doubt in report.doubts if not doubt.dropped]
    _print_lines("Not read", report, Outcome.UNREADABLE, verbose)
    _print_part("Dropped", report.quality.dropped, map(_doubt_row, dropped), verbose)
    _print_part("Doubtful", report.quality.doubtful, map(_doubt_row, doubtful), verbose)
    _print_lines("In conflict, kept as stored", report, Outcome.CONFLICT, verbose)


def _print_lines(title: str, report: ImportReport, outcome: Outcome, verbose: bool) -> None:
    lines = (_row(line) for line in report.lines if line.outcome is outcome)
    _print_part(title, report.counts[outcome], lines, verbose)


def _print_part(title: str, total: int, rows: Iterable[str], verbose: bool) -> None:
    if not total:
        return
    shown = list(islice(rows, total if verbose else SHOWN))
    out.print(f"\n{title} ({total:,}):")
    for row in shown:
        out.print(f"  {row}")
    if total > len(shown):
        hint = "--json lists" if verbose else "--verbose lists"
        out.print(f"  and {total - len(shown):,} more; {hint} all")


def _doubt_row(doubt: Doubt) -> str:
    return f"line {doubt.line}: {doubt.text}" + (f" [{doubt.title}]" if doubt.title else "")


def _row(line: LineReport) -> str:
    again = [f"again; first at line {line.repeat_of_line}"] if line.repeat_of_line else []
    review = ["awaiting review"] if line.pending_review else []
    notes = [line.reason] if line.reason else [*again, *review, *line.conflicts, *line.changes]
    shown = "; ".join(notes) or " ".join(line.placements)
    if line.outcome is Outcome.UNREADABLE:
        return f"line {line.line}: {shown}: {line.title}" if line.title else f"line {line.line}: {shown}"
    return f"line {line.line}: {line.title}" + (f" [{shown}]" if shown else "")


def _print_lists(report: ImportReport, verbose: bool) -> None:
    for slug, text in report.taxonomies.items():
        out.print(f"Taxonomy {slug}: {text}")
    if report.arxiv_ids:
        out.print("arXiv ids: " + ", ".join(f"{number} {name}" for name, number in report.arxiv_ids.items()))
    for survey in report.own_survey:
        out.print(f"The list's own survey: {survey}")
    _print_proposals(report.proposals, verbose)
    proposed = {proposal.name for proposal in report.proposals}
    sections = [
        f'"{name}" ({pluralize(number, "paper")})'
        for name, number in report.sections.most_common()
        if name not in proposed
    ]
    labels = [f'"{name}" ({number})' for name, number in (report.unmapped - report.sections).most_common()]
    fields = [f"{name} ({number})" for name, number in report.unknown_keys.most_common()]
    _print_names("Headings that name no class; the papers below them have none", sections, verbose)
    _print_names("Labels that name no class; kept as tags", labels, verbose)
    _print_names("Fields that are not read", fields, verbose)


def _print_proposals(proposals: Sequence[ProposedTaxon], verbose: bool) -> None:
    """Print the command that makes a class of each unknown heading."""
    shown = proposals if verbose else proposals[:SHOWN]
    for each in shown:
        papers = pluralize(each.papers, "paper")
        out.print(f"{papers} under an unknown heading '{each.name}'; `{each.command}` makes it")
    if len(proposals) > len(shown):
        out.print(f"and {len(proposals) - len(shown)} more unknown headings; --verbose lists all")
    if proposals:
        out.print("Import the list again afterwards to place these papers.")


def _print_names(title: str, names: list[str], verbose: bool) -> None:
    if names:
        shown = names if verbose else names[:SHOWN]
        more = f" and {len(names) - len(shown)} more; --verbose lists all" if len(names) > len(shown) else ""
        out.print(f"{title}: {', '.join(shown)}{more}")
