"""`taxon` and `crosswalk`: edit a taxonomy, and compare two."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from wamkg.cli.common import JsonOption, open_store, out, print_json, print_table, print_undo
from wamkg.cli.decisions import ByOption, WhyOption
from wamkg.cli.snapshots import AsOfOption, ReleaseOption, open_selected_store
from wamkg.errors import InvalidInputError
from wamkg.figures.style import FigureOptions
from wamkg.reviewing.taxonomy_preview import AmbiguousPaper, ambiguous_papers, newly_ambiguous
from wamkg.services import taxonomies as service
from wamkg.services.taxonomies import Trial, edit_taxonomy
from wamkg.services.writers import Writer
from wamkg.settings import get_settings
from wamkg.store.taxonomies import default_taxonomy
from wamkg.taxonomy.crosswalk import Crosswalk, crosswalk
from wamkg.taxonomy.crosswalk_text import confusion_rows, crosswalk_csv, crosswalk_latex
from wamkg.taxonomy.edit import EditOperation, EditReport, NewTaxonPart, TaxonEdit
from wamkg.views.roadmap import build_roadmap
from wamkg.views.taxonomies import TaxonNode, taxon_node, taxonomy_tree, walk

taxon = typer.Typer(help="Edit a taxonomy. Every edit has a --dry-run and can be undone.", no_args_is_help=True)

Taxon = Annotated[str, typer.Argument(metavar="TAXON", help="TAXONOMY:PATH; default: the main taxonomy.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would change and write nothing.")]
Roadmap = Annotated[
    Path | None, typer.Option("--roadmap", help="Draw the roadmap after the edit into this file, also in a dry run.")
]
Ambiguous = Annotated[
    bool,
    typer.Option("--ambiguous", help="Also list papers that would fit two taxa equally well (takes a few seconds)."),
]
Position = Annotated[int | None, typer.Option("--position", help="Position among its siblings, from 0.")]
Slug = Annotated[str | None, typer.Option("--slug", help="Last part of the path; default: made from the name.")]
SHOWN_PAPERS = 50


@taxon.command("add")
def add(
    path: Annotated[str, typer.Argument(metavar="PARENT", help="TAXONOMY:PATH of the parent; `TAXONOMY:` is the top.")],
    name: Annotated[str, typer.Argument(help="Name as printed.")],
    slug: Slug = None,
    definition: Annotated[str, typer.Option("--definition", help="What belongs there.")] = "",
    code: Annotated[str, typer.Option("--code", help="Short label for figures.")] = "",
    include: Annotated[
        list[str] | None, typer.Option("--include", help="What belongs there, in a line; repeat.")
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", help="What does not; repeat.")] = None,
    exemplar: Annotated[
        list[str] | None, typer.Option("--exemplar", help="A paper that illustrates it; repeat.")
    ] = None,
    position: Position = None,
    dry_run: DryRun = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Add a taxon."""
    _run(path, EditOperation.ADD, (dry_run, by, json), (None, False), parent=_path(path), name=name, slug=slug,
         definition=definition, code=code, include=tuple(include or ()), exclude=tuple(exclude or ()),
         exemplars=tuple(exemplar or ()), position=position, why=why)  # fmt: skip


@taxon.command("rename")
def rename(
    path: Taxon,
    name: Annotated[str, typer.Argument(help="New name.")],
    slug: Slug = None,
    dry_run: DryRun = False,
    roadmap: Roadmap = None,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Rename a taxon and its slug. The old name and path still resolve."""
    _run(
        path,
        EditOperation.RENAME,
        (dry_run, by, json),
        (roadmap, False),
        taxon=_path(path),
        name=name,
        slug=slug,
        why=why,
    )


@taxon.command("move")
def move(
    path: Taxon,
    parent: Annotated[str, typer.Argument(help="Path of the new parent; an empty one is the top level.")],
    position: Position = None,
    dry_run: DryRun = False,
    roadmap: Roadmap = None,
    ambiguous: Ambiguous = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Move a taxon and its descendants below another taxon."""
    _run(path, EditOperation.MOVE, (dry_run, by, json), (roadmap, ambiguous), taxon=_path(path), parent=_path(parent),
         position=position, why=why)  # fmt: skip


@taxon.command("merge")
def merge(
    path: Taxon,
    into: Annotated[str, typer.Argument(help="Path of the taxon that takes over.")],
    dry_run: DryRun = False,
    roadmap: Roadmap = None,
    ambiguous: Ambiguous = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Merge a taxon into another one, which takes over its papers, children and names."""
    _run(
        path,
        EditOperation.MERGE,
        (dry_run, by, json),
        (roadmap, ambiguous),
        taxon=_path(path),
        into=_path(into),
        why=why,
    )


@taxon.command("split")
def split(
    path: Taxon,
    into: Annotated[list[str], typer.Option("--into", help="`NAME` or `NAME: DEFINITION` of a new taxon; repeat.")],
    paper: Annotated[
        list[str] | None, typer.Option("--paper", help="PAPER=SLUG: move a paper to a part; the others stay.")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Suggest a part for each paper, and write nothing.")
    ] = False,
    dry_run: DryRun = False,
    roadmap: Roadmap = None,
    ambiguous: Ambiguous = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Create new taxa below a taxon and move papers into them."""
    papers = dict(text.rpartition("=")[::2] for text in paper or ())
    if not all(papers):
        raise InvalidInputError("--paper needs PAPER=SLUG, for example --paper arxiv:2302.00111=video")
    named = [text.partition(": ") for text in into]
    parts = tuple(NewTaxonPart(name=name, definition=definition) for name, _, definition in named)
    if propose:
        _propose(path, parts, papers, json)
        return
    _run(path, EditOperation.SPLIT, (dry_run, by, json), (roadmap, ambiguous), taxon=_path(path), parts=parts,
         papers=papers, why=why)  # fmt: skip


def _propose(path: str, parts: tuple[NewTaxonPart, ...], given: dict[str, str], json: bool) -> None:
    with open_store() as store:
        found = service.propose_split(store, service.main_taxonomy(store, _taxonomy(path)), _path(path), parts, given)
    if json:
        print_json(found)
        return
    rows = [
        [f"--paper {p.paper}={p.part}", f"{p.probabilities[p.part]:.2f}", "close" if p.close else ""] for p in found
    ]
    print_table("", ["give these to split", "probability", ""], rows)


@taxon.command("delete")
def delete(
    path: Taxon,
    to: Annotated[
        str | None, typer.Option("--to", help="Path of the taxon for its papers; default: the parent.")
    ] = None,
    dry_run: DryRun = False,
    roadmap: Roadmap = None,
    ambiguous: Ambiguous = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Delete a taxon. Its papers, names and paths go to another taxon."""
    into = _path(to) if to is not None else None
    _run(path, EditOperation.DELETE, (dry_run, by, json), (roadmap, ambiguous), taxon=_path(path), into=into, why=why)


@taxon.command("reorder")
def reorder(
    path: Annotated[str, typer.Argument(metavar="PARENT", help="TAXONOMY:PATH; `TAXONOMY:` is the top level.")],
    order: Annotated[list[str], typer.Argument(help="Slugs of all its children in the new order.")],
    dry_run: DryRun = False,
    why: WhyOption = "",
    by: ByOption = "cli",
    json: JsonOption = False,
) -> None:
    """Change the order of a taxon's children."""
    _run(
        path, EditOperation.REORDER, (dry_run, by, json), (None, False), taxon=_path(path), order=tuple(order), why=why
    )


@taxon.command("list")
def list_(
    taxonomy: Annotated[
        str | None, typer.Argument(metavar="[TAXONOMY[:PATH]]", help="A taxonomy, or the part below a taxon.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the taxa of a taxonomy, or those below a taxon, with the number of papers."""
    with open_store() as store, store.reading() as session:
        slug, path = _named(session, taxonomy or "")
        taxa = list(walk(taxon_node(session, slug, path).children if path else taxonomy_tree(session, slug).taxa))
    if json:
        print_json([replace(node, children=[]) for node in taxa])
        return
    rows = [["  " * node.path.count("/") + node.slug, node.name, node.count, node.own] for node in taxa]
    print_table(f"{slug}:{path}", ["taxon", "name", "papers", "of its own"], rows)


@taxon.command("show")
def show(path: Taxon, json: JsonOption = False) -> None:
    """Show a taxon: definition, criteria, other names, exemplars, children and counts."""
    with open_store() as store, store.reading() as session:
        slug, inner = _named(session, path if ":" in path else f":{path}")
        node = taxon_node(session, slug, inner)
    if json:
        print_json(node)
        return
    for line in _taxon_lines(slug, node):
        out.print(line)


def _named(session: Session, text: str) -> tuple[str, str]:
    """Taxonomy and path of `TAXONOMY`, `TAXONOMY:PATH` or `:PATH`."""
    slug, _, path = text.partition(":")
    return slug or default_taxonomy(session), path.strip("/")


def _taxon_lines(slug: str, node: TaxonNode) -> Iterator[str]:
    code = f" ({node.code})" if node.code else ""
    yield f"{node.name}{code}: {slug}:{node.path}"
    own = f", {node.own} at the taxon itself" if node.children else ""
    yield f"{node.count} {'paper' if node.count == 1 else 'papers'}{own}"
    yield f"definition: {node.definition or 'none'}"
    yield from (f"belongs here: {text}" for text in node.include)
    yield from (f"does not: {text}" for text in node.exclude)
    if node.aliases:
        yield f"also called: {', '.join(node.aliases)}"
    yield from (f"exemplar: {paper.id}, {paper.title}" for paper in node.exemplars)
    yield from (f"child: {child.path}, {child.count} papers" for child in node.children)


@taxon.command("health")
def health(
    taxonomy: Annotated[
        str, typer.Argument(show_default=False, help="Slug; default: the survey's main taxonomy.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Show for each taxon the number of papers, the growth by quarter, and problems."""
    with open_store() as store:
        taxonomy = service.main_taxonomy(store, taxonomy)
        found = service.health(store, taxonomy)
    if json:
        print_json(found)
        return
    latest = sorted({quarter for item in found for quarter in item.quarters if "-" in quarter})[-4:]
    rows = [[t.taxon, t.own, t.support, *(t.quarters.get(q, 0) for q in latest), ", ".join(t.problems)] for t in found]
    print_table(taxonomy, ["taxon", "own", "all", *latest, "problems"], rows)


def _taxonomy(path: str) -> str:
    return path.partition(":")[0] if ":" in path else ""


def _path(path: str) -> str:
    return path.partition(":")[2] if ":" in path else path


def _run(
    path: str, operation: EditOperation, how: tuple[bool, str, bool], look: tuple[Path | None, bool], **values: Any
) -> None:
    dry_run, by, json = how
    with open_store() as store:
        slug = service.main_taxonomy(store, _taxonomy(path))
        looking = _Look(slug, *look)
        edit = TaxonEdit(operation=operation, **values)
        if looking.ambiguous:
            looking.before = service.ambiguous_papers(store, slug)
        report = edit_taxonomy(store, get_settings(), Writer(by), slug, edit, Trial(dry_run, looking))
    if json:
        print_json(asdict(report) | ({"ambiguous": looking.found} if looking.ambiguous else {}))
    else:
        _print_report(report)
        for paper in looking.found:
            out.print(f"ambiguous after the edit: {paper.title}: {paper.best} or {paper.second}")


@dataclass
class _Look:
    """What the command reads from the store after an edit, before a dry run is rolled back."""

    slug: str
    roadmap: Path | None
    ambiguous: bool
    before: dict[str, AmbiguousPaper] = field(default_factory=dict)
    found: list[AmbiguousPaper] = field(default_factory=list)

    def __call__(self, session: Session) -> None:
        if self.roadmap is not None:
            from wamkg.figures.roadmap.draw import draw_roadmap  # matplotlib takes a second to load

            draw_roadmap(build_roadmap(session, self.slug), FigureOptions()).save(self.roadmap)
        if self.ambiguous:
            self.found = newly_ambiguous(self.before, ambiguous_papers(session, self.slug))


def _print_report(report: EditReport) -> None:
    for change in report.taxa:
        out.print(f"{_shown(change.before, change.name_before)} -> {_shown(change.after, change.name_after)}")
    moved = [[p.paper, ", ".join(p.before), ", ".join(p.after)] for p in report.papers if p.moved]
    if moved:
        print_table("", ["paper", "from", "to"], moved[:SHOWN_PAPERS])
    out.print(f"{len(report.papers)} papers change, {len(moved)} of them move to another taxon")
    if report.figures:
        out.print(f"figures: {', '.join(report.figures)}; exports: {', '.join(report.exports)}")
    if report.suggestions:
        out.print(f"{report.suggestions} suggestions were made from the former tree; `wamkg suggest` makes them again")
    if report.batch is None:
        out.print("dry run, nothing was written")
    else:
        print_undo(report.batch)


def _shown(path: str | None, name: str | None) -> str:
    return f"{path} ({name})" if path is not None else "nothing"


def compare(
    a: Annotated[str, typer.Argument(help="Slug of a taxonomy.")],
    b: Annotated[str, typer.Argument(help="Slug of another.")],
    depth_a: Annotated[int, typer.Option("--depth-a", min=0, help="Depth of A in the table; 0 is the leaves.")] = 0,
    depth_b: Annotated[int, typer.Option("--depth-b", min=0, help="Depth of B in the table; 0 is the leaves.")] = 0,
    format: Annotated[str, typer.Option("--format", help="text, csv or latex.")] = "text",
    release: ReleaseOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Compare two taxonomies: confusion table, mutual information, papers that do not follow the mapping."""
    if format not in ("text", "csv", "latex"):
        raise typer.BadParameter("write text, csv or latex", param_hint="--format")
    with open_selected_store(release, as_of) as store, store.reading() as session:
        found = crosswalk(session, a, b, depth_a, depth_b)
    if json:
        print_json(found)
    elif format != "text":
        typer.echo((crosswalk_csv if format == "csv" else crosswalk_latex)(found), nl=False)
    else:
        _print_crosswalk(found)


def _print_crosswalk(found: Crosswalk) -> None:
    head, *rows = confusion_rows(found)
    print_table(f"{found.shared} papers in both, {found.only_a} only in {found.a}, {found.only_b} only in {found.b}",
                head, [list(row) for row in rows])  # fmt: skip
    levels = [
        [x.depth_a or "leaves", x.depth_b or "leaves", f"{x.nmi:.3f}", f"{x.purity_a:.2f}", f"{x.purity_b:.2f}"]
        for x in found.levels
    ]
    print_table("", [f"depth {found.a}", f"depth {found.b}", "NMI", f"purity {found.a}", f"purity {found.b}"], levels)
    broken = [[x.title[:70], x.a, x.b, x.expected] for x in found.breaks]
    print_table("breaks the mapping", ["paper", found.a, found.b, "most of its taxon"], broken)
