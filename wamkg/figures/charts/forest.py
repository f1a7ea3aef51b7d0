"""The taxonomy tree as LaTeX source for the `forest` package, with a citation for each representative paper."""

from collections.abc import Iterator, Mapping, Sequence

from wamkg.figures.charts.tree_nodes import TreeNode
from wamkg.figures.latex import latex_text
from wamkg.figures.style import Theme

_ROOT, _LEVEL, _BETWEEN, _WHOLE = 0.05, 0.122, 0.026, 0.985
"""Shares of the text width: the root, each level, the gap between two boxes, and all of them."""
_HEAD = r"""% needs \usepackage{forest}; \cite finds its keys in what `wamkg export bibtex` writes
\begin{forest}
  for tree={grow'=0, draw, rounded corners=1pt, font=\scriptsize, node options={align=flush left}, inner sep=2pt,
    anchor=west, parent anchor=east, child anchor=west, l sep=2.2mm, s sep=0.8mm, edge={draw=gray},
    edge path={\noexpand\path[\forestoption{edge}]
      (!u.parent anchor) -- +(1.1mm,0) |- (.child anchor)\forestoption{edge label};}},"""


def forest(branches: Sequence[TreeNode], root: str, theme: Theme, hues: Mapping[str, int]) -> str:
    """Return the LaTeX source of the tree, as wide as the text; colors are those of the drawing."""
    levels = max(twig.level for branch in branches for twig in branch.walk())
    papers = _WHOLE - _ROOT - levels * _LEVEL - (levels + 1) * _BETWEEN
    colors = [line for branch in branches for line in _colors(branch, theme, hues)]
    level = rf"  where level={{0}}{{text width={_ROOT:g}\textwidth}}{{text width={_LEVEL:g}\textwidth}},"
    style = rf"  papers/.style={{tier=papers, fill=white, text width={papers:.3f}\textwidth}},"
    body = [line for branch in branches for line in _node(branch, 1)]
    lines = [*colors, _HEAD, level, style, f"  [{{{latex_text(root)}}}", *body, "  ]", r"\end{forest}"]
    return "\n".join(lines) + "\n"


def _colors(branch: TreeNode, theme: Theme, hues: Mapping[str, int]) -> Iterator[str]:
    hue = theme.hues[hues[branch.path]]
    for name, color in (("deep", hue.deep), ("tint", hue.tint), ("edge", hue.edge)):
        yield rf"\definecolor{{{_color(branch, name)}}}{{HTML}}{{{color.removeprefix('#').upper()}}}"


def _color(twig: TreeNode, part: str) -> str:
    return f"wamkg-{twig.branch}-{part}"


def _node(twig: TreeNode, indent: int) -> Iterator[str]:
    space = "  " * (indent + 1)
    name = f"{latex_text(twig.name)} ({twig.count})"
    look = f"draw={_color(twig, 'edge')}, " + (
        f"fill={_color(twig, 'deep')}, text=white" if twig.level == 1 else f"fill={_color(twig, 'tint')}"
    )
    yield f"{space}[{{{name}}}, {look}"
    for child in twig.children:
        yield from _node(child, indent + 1)
    if not twig.children and twig.count:
        yield f"{space}  [{{{', '.join(_papers(twig))}}}, papers, draw={_color(twig, 'edge')}]"
    yield f"{space}]"


def _papers(twig: TreeNode) -> Iterator[str]:
    for item in twig.shown:
        yield rf"{latex_text(item.label) or latex_text(item.key)}~\cite{{{item.key}}}"
    if twig.hidden:
        yield f"{len(twig.hidden)} more"
