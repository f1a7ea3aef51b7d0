"""`review`: the review queue in the terminal, as a list or one paper at a time."""

from dataclasses import asdict
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, TaxonomyOption, open_store, out, print_json, print_table
from wamkg.cli.decisions import ByOption
from wamkg.errors import WamkgError
from wamkg.reviewing.holdout import AutomationBias, describe_held_out
from wamkg.reviewing.queue import ORDERS
from wamkg.reviewing.verdicts import Decision, Verdict
from wamkg.services import decisions, suggestions
from wamkg.services.taxonomies import main_taxonomy
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.session import Store
from wamkg.views.questions import open_questions
from wamkg.views.suggestions import QueueItem

ANSWERS = {"a": Verdict.ACCEPT, "r": Verdict.REJECT, "u": Verdict.UNSURE, "o": Verdict.OUTSIDE}
ASKED = "a taxon's path, a(ccept), r(eject), u(nsure), o(utside), s(kip) or q(uit)"
SHOWN = 3
ELSEWHERE = " (elsewhere)"


def review(
    taxonomy: TaxonomyOption = "",
    order: Annotated[str, typer.Option("--order", help=f"Order: {', '.join(ORDERS)}.")] = "uncertain",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Maximum number of papers.")] = 20,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for a decision on each paper.")] = False,
    bias: Annotated[
        bool,
        typer.Option("--bias", help="Show instead how often people agree with visible and with hidden suggestions."),
    ] = False,
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Show the papers that wait for a decision. One suggestion in ten is hidden until someone decides."""
    with open_store() as store:
        taxonomy = main_taxonomy(store, taxonomy)
        if bias:
            _show_bias(suggestions.bias(store, taxonomy), json)
            return
        page = suggestions.review_queue(store, taxonomy, order, limit)
        if json:
            print_json(asdict(page))
        elif ask:
            _ask(store, page.items, taxonomy, by)
        else:
            columns = ["paper", "title", "date", "sure of", "best leaf", "p", "versions"]
            print_table("", columns, [_row(item) for item in page.items])
            out.print(f"{len(page.items)} of {page.total}, {order} first")
            with store.reading() as session:
                if waiting := len(open_questions(session)):
                    out.print(
                        f"{waiting} records look like another paper than their id's: `wamkg questions` lists them"
                    )


def _row(item: QueueItem) -> list[object]:
    start = [item.paper, item.title[:70], item.date]
    versions = len(item.versions) or None
    if item.suggestion is None:
        return [*start, "hidden", "", "", versions]
    best = item.suggestion.ranked[0]
    sure = item.suggestion.decided_level or "abstains"
    return [*start, sure + (" (stale)" if item.stale else ""), best.taxon, f"{best.probability:.2f}", versions]


def _ask(store: Store, items: list[QueueItem], taxonomy: str, by: str) -> None:
    for item in items:
        _show(item)
        while (answer := typer.prompt(ASKED).strip()) not in ("q", "s"):
            if item.hidden and answer in ("a", "r"):
                out.print("the suggestion is hidden until you decide; name a taxon")
                continue
            verdict = ANSWERS.get(answer, Verdict.ACCEPT)
            taxon = None if answer in ANSWERS else answer
            seen = item.suggestion.uid if item.suggestion else None
            decision = Decision(
                paper=item.paper,
                verdict=verdict,
                taxonomy=taxonomy,
                taxon=taxon,
                revision=item.revision,
                suggestion=seen,
            )
            try:
                made = decisions.decide(store, get_settings(), Writer(by), decision)
            except WamkgError as error:
                out.print(str(error))
                continue
            for one in (made, *made.versions):
                out.print(f"{one.paper}: {', '.join(one.after) or one.verdict}; undo it with `wamkg undo {one.batch}`")
                if told := describe_held_out(one.suggested):
                    out.print(f"  {told}")
            break
        if answer == "q":
            return


def _show(item: QueueItem) -> None:
    out.print(f"\n{item.title}\n{item.paper}, {item.date or 'no date'}")
    for version in item.versions:
        out.print(f"  another version of the work: {version.paper}: {version.title}")
    if item.suggestion is None:
        out.print("  the suggestion is hidden until you decide")
        return
    if item.suggestion.decided_level:
        out.print(f"  confident about {item.suggestion.decided_level}")
    for ranked in item.suggestion.ranked[:SHOWN]:
        out.print(f"  {ranked.probability:.2f} {ranked.taxon}{ELSEWHERE if ranked.elsewhere else ''}")
    for reason in item.suggestion.reasons:
        if reason["kind"] == "neighbour":
            out.print(f"  similar: {reason['title']} ({reason['taxon']}, {reason['similarity']:.2f})")


def _show_bias(bias: AutomationBias, json: bool) -> None:
    if json:
        print_json(asdict(bias) | {"said": bias.said})
        return
    for level, groups in (("top level", bias.top), ("leaf", bias.leaf)):
        for name, found in groups.items():
            share = ""
            if found.share is not None and found.interval is not None:
                share = f": {found.share:.2f} [{found.interval[0]:.2f}, {found.interval[1]:.2f}]"
            out.print(f"{level}, {name}: agreed with {found.agreed} of {found.n}{share}")
    if bias.difference is not None and bias.interval is not None:
        out.print(f"difference {bias.difference:+.2f} [{bias.interval[0]:+.2f}, {bias.interval[1]:+.2f}]")
    out.print(bias.said)
