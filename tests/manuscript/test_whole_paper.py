r"""A small survey paper whose numbers, tables, figures, methods and references all come from one release.

It is compiled where `pdflatex` and `biber` are installed (Debian: texlive-latex-extra texlive-bibtex-extra biber
lmodern); elsewhere that test is skipped with the names of what is missing. The other tests read it as text.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pylatexenc.latexwalker import LatexWalker

from wamkg.cli import run
from wamkg.store.session import Store
from wamkg.store.taxonomies import find_taxon, get_taxonomy
from wamkg.views.citation_keys import citation_keys
from wamkg.views.papers import PaperQuery, ordered_numbers
from wamkg.views.taxonomies import taxonomy_tree

TOOLS = ("pdflatex", "biber")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
TABLES = {
    "papers": ["papers", "--taxon", "joint", "--columns", "method,cite,year"],
    "results": ["results", "--benchmark", "libero"],
    "datasets": ["datasets"],
    "metrics": ["metrics"],
}
FIGURES = ("roadmap", "timeline", "taxonomy", "matrix", "leaderboard")
MAIN = r"""\documentclass[twocolumn]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern,textcomp,graphicx,booktabs,longtable,pifont,amssymb,hyperref}
\usepackage[style=numeric,backend=biber]{biblatex}
\addbibresource{refs.bib}
\input{numbers}
\title{Robots That Look Ahead: a Small Paper for Tests}
\author{The authors of wamkg}
\begin{document}
\maketitle
\begin{abstract}
A robot that predicts what it will see can choose its next move with care. This paper counts \wamCount{placed} works, as
of \wamAsOf, and asks where their forecasts come from.
\end{abstract}
\section{Two ways to look ahead}
Some robots imagine first and act afterwards; others do both at once. The second kind has \wamCount{joint} works, which
is \wamShare{joint} of all. Early examples are \textcite{KEY0} and \textcite{KEY1}; a later one is \textcite{KEY2}.
\begin{figure*}\includegraphics[width=\textwidth]{roadmap}\caption{Works over time.}\end{figure*}
\begin{figure}\includegraphics[width=\columnwidth]{timeline}\caption{Works by month.}\end{figure}
\section{Tables}
{\onecolumn \footnotesize
\input{papers}
\input{results}
\input{datasets}
\input{metrics}
\twocolumn}
\begin{figure*}\includegraphics[width=\textwidth]{taxonomy}\caption{All classes.}\end{figure*}
\begin{figure*}\includegraphics[width=\textwidth]{matrix}\caption{Classes by year.}\end{figure*}
\begin{figure*}\includegraphics[width=\textwidth]{leaderboard}\caption{Scores over time.}\end{figure*}
\appendix
\input{methods}
\printbibliography
\end{document}
"""


@pytest.fixture
def paper(seeded_store: Store, tmp_path: Path) -> Path:
    """The folder of the paper, written from a release, without its figures."""
    assert run(["release", "create", "v1"]) == 0
    with seeded_store.reading() as session:
        numbers = ordered_numbers(session, PaperQuery(taxon=("wam:joint",), sort="date"))[:3]
        keys = citation_keys(session, numbers)
    main = MAIN
    for place, number in enumerate(numbers):
        main = main.replace(f"KEY{place}", keys[number])
    (tmp_path / "main.tex").write_text(main, encoding="utf-8")
    assert run(["export", "latex-macros", "--release", "v1", "-o", str(tmp_path / "numbers.tex")]) == 0
    assert run(["methods", "--release", "v1", "-o", str(tmp_path / "methods.tex")]) == 0
    for name, command in TABLES.items():
        assert run(["table", *command, "--release", "v1", "-o", str(tmp_path / f"{name}.tex")]) in (0, 3), name
    cited = str(tmp_path / "main.tex")
    assert run(["export", "biblatex", "--cited-in", cited, "--release", "v1", "-o", str(tmp_path / "refs.bib")]) == 0
    return tmp_path


def test_every_part_of_the_paper_is_whole_latex(paper: Path, seeded_store: Store) -> None:
    for file in sorted(paper.glob("*.tex")):
        nodes, _, _ = LatexWalker(file.read_text(encoding="utf-8"), tolerant_parsing=False).get_latex_nodes()
        assert nodes, file.name
    entries = set(re.findall(r"^@\w+\{([^,]+),", (paper / "refs.bib").read_text(encoding="utf-8"), re.M))
    text = "".join(file.read_text(encoding="utf-8") for file in paper.glob("*.tex"))
    cited = {key for keys in re.findall(r"\\(?:text)?cite\{([^}]+)\}", text) for key in keys.split(",")}
    assert cited == entries and len(entries) > 3
    with seeded_store.reading() as session:
        joint = next(node for node in taxonomy_tree(session, "wam").taxa if node.path == "joint")
        assert find_taxon(session, get_taxonomy(session, "wam"), "joint").name == joint.name
    assert rf"\@namedef{{wam@count@joint}}{{{joint.count}}}" in (paper / "numbers.tex").read_text(encoding="utf-8")


@pytest.mark.skipif(bool(MISSING), reason=f"the paper is not compiled: not installed are {', '.join(MISSING)}")
def test_the_paper_compiles_without_an_error(paper: Path) -> None:
    for name in FIGURES:
        assert run(["figure", name, "--release", "v1", "-o", str(paper / f"{name}.pdf")]) == 0
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    for command in (latex, ["biber", "main"], latex, latex):
        done = subprocess.run(command, cwd=paper, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout[-3000:])
    log = (paper / "main.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log and (paper / "main.pdf").exists()
