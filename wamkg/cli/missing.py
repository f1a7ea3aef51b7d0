"""`missing`: what a referee would say is missing, how much no route has found, and the flow of papers."""

import csv
import sys
from dataclasses import astuple, fields
from typing import Annotated

import typer

from wamkg.cli.common import JsonOption, err, open_store, out, print_json, print_table
from wamkg.discovering.estimate import MissingEstimate, SearchState
from wamkg.errors import InvalidInputError
from wamkg.readable import pluralize
from wamkg.services import missing as service
from wamkg.views.missing import LEAST, FlowRow, MissingWork

TARGET = 0.95
TargetOption = Annotated[
    float, typer.Option("--target", min=0.01, max=0.999, help="Share of all works at which searching may stop.")
]


def missing(
    least: Annotated[
        int, typer.Option("--least", min=1, help="Works of the survey that cite a missing work at least.")
    ] = LEAST,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Maximum number of works listed.")] = 20,
    target: TargetOption = TARGET,
    flow: Annotated[bool, typer.Option("--flow", help="Only the numbers of the flow diagram of PRISMA 2020.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="With --flow: print CSV.")] = False,
    json: JsonOption = False,
) -> None:
    """What may be missing: works that many papers cite, an estimate of unseen works, or the flow of papers."""
    if as_csv and not flow:
        raise InvalidInputError("--csv prints the flow; add --flow")
    with open_store() as store:
        if flow:
            _print_flow(service.flow(store), as_csv, json)
            return
        works = service.missing(store, least, limit)
        state = service.estimate_unseen(store, least, target)
    if json:
        print_json({"works": works, "search": state})
        return
    _print_works(works, least)
    _print_state(state)


def _print_flow(rows: list[FlowRow], as_csv: bool, json: bool) -> None:
    if json:
        print_json(rows)
    elif as_csv:
        csv.writer(sys.stdout).writerows([[field.name for field in fields(FlowRow)], *map(astuple, rows)])
    else:
        print_table("", ["stage", "route or reason", "papers"], [[r.stage, r.reason, r.count] for r in rows])


def _print_works(works: list[MissingWork], least: int) -> None:
    if not works:
        out.print(f"no paper outside the library is cited by {pluralize(least, 'work')} of the survey or more")
        return
    rows = [[w.works, w.paper, w.title[:80], (w.abstract or "")[:120], ", ".join(w.cited_by[:3])] for w in works]
    print_table("", ["cited by", "paper", "title", "abstract", "such as"], rows)


def _print_state(state: SearchState) -> None:
    found = state.estimate
    print_table("", ["route", "works", "alone"], [[r.route, r.works, r.alone] for r in found.routes])
    pairs = [[f"{p.a} and {p.b}", p.both, _number(p.odds_ratio), _number(p.p, 3)] for p in found.pairs]
    if pairs:
        print_table("", ["pair", "both", "odds ratio", "p"], pairs)
    out.print(_said(found))
    if found.note:
        err.print(f"note: {found.note}")
    for assumption in found.assumptions:
        out.print(f"assumes that {assumption}")
    verdict = "may stop" if state.stop else "must continue"
    out.print(f"the search {verdict}: the target is {state.target:.0%} of all works at the end of the interval")


def _said(found: MissingEstimate) -> str:
    if found.missing is None or found.low is None or found.high is None or found.recall is None:
        return f"{pluralize(found.found, 'work')} found; how many are unseen cannot be said"
    return (
        f"{pluralize(found.found, 'work')} found, {found.missing:.0f} unseen (95 % interval {found.low:.0f} to "
        f"{found.high:.0f}), so {found.recall:.0%} are found; model: {found.model}"
    )


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"
