"""Compiles every figure of the store in a two-column article with TeX Live: `python -m tests.helpers.latex [FOLDER]`.

Needs `pdflatex`, `bibtex`, the package `forest` and Poppler (Debian: texlive-latex-base texlive-latex-recommended
texlive-latex-extra texlive-pictures texlive-fonts-recommended lmodern poppler-utils). Fails on an error, an overfull
box, an undefined citation, or a PDF with fonts not embedded, pixels in it, or a width off by more than 0.1 mm.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.helpers.figure_queries import query_for
from wamkg.errors import WamkgError
from wamkg.figures.query import FIGURES, FigureRequest
from wamkg.figures.style import COLUMN_MM, FigureOptions
from wamkg.services.exports import export
from wamkg.services.figures import draw_figure
from wamkg.settings import get_settings
from wamkg.store.session import Store

TOLERANCE_MM = 0.1
_WIDE = ("taxonomy",)
_HEAD = r"""\documentclass[twocolumn]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern,textcomp,graphicx,booktabs,forest}
\usepackage[a4paper,textwidth=180mm,columnsep=4mm,textheight=245mm]{geometry}
\begin{document}
"""
_FOOT = r"""\bibliographystyle{plain}
\bibliography{papers}
\end{document}
"""


def figures(store: Store, folder: Path) -> Iterator[str]:
    """Write every figure as PDF in both widths, and as LaTeX where it has that form."""
    for name, kind in FIGURES.items():
        for width in COLUMN_MM:
            request = FigureRequest(name, query_for(name, folder))
            try:
                draw_figure(store, request, [folder / f"{name}-{width}.pdf"], FigureOptions(width=width), False)  # type: ignore[arg-type]
            except WamkgError as error:
                print(f"{name} at {width}: {error}")
                continue
            star = "*" if width == "two-column" else ""
            picture = rf"\centering\includegraphics{{{name}-{width}.pdf}}\caption{{{name}}}"
            yield rf"\begin{{figure{star}}}{picture}\end{{figure{star}}}"
        if kind.latex:
            draw_figure(store, request, [folder / f"{name}.tex"], data=False)
            source = rf"\input{{{name}.tex}}"
            yield rf"\begin{{figure*}}\centering {source}\caption{{{name}}}\end{{figure*}}" if name in _WIDE else source
        yield r"\clearpage"


def compile_all(store: Store, folder: Path) -> list[str]:
    """Compile the article; returns what is wrong with it."""
    parts = list(figures(store, folder))
    with (folder / "papers.bib").open("w", encoding="utf-8") as file:
        export(store, "bibtex", file.write)
    (folder / "article.tex").write_text("\n".join([_HEAD, *parts, _FOOT]), encoding="utf-8")
    for command in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        options = ["-interaction=nonstopmode", "-halt-on-error"] if command == "pdflatex" else []
        done = subprocess.run(
            [command, *options, "article"], cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            return [f"{command}: {line}" for line in done.stdout.splitlines() if line.startswith("!")] or [
                done.stdout[-500:]
            ]
    log = (folder / "article.log").read_text(encoding="utf-8", errors="replace")
    wrong = re.findall(r"^(?:Overfull .*|LaTeX Warning: (?:Citation|Reference) .*)$", log, re.M)
    return [*wrong, *(fault for path in sorted(folder.glob("*-column.pdf")) for fault in faults(path))]


def faults(path: Path) -> Iterator[str]:
    """What is wrong with a figure's PDF: fonts not embedded, pictures in pixels, a wrong width."""
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    yield from (
        f"{path.name}: font not embedded: {line}" for line in fonts if not re.search(r"\byes (yes|no) (yes|no)\b", line)
    )
    pixels = subprocess.run(
        ["pdfimages", "-list", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    yield from (f"{path.name}: a picture in pixels: {line}" for line in pixels)
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    width = float(re.search(r"Page size:\s+([\d.]+)", info)[1]) / 72 * 25.4  # type: ignore[index]
    wanted = COLUMN_MM["one-column" if "one-column" in path.name else "two-column"]
    if abs(width - wanted) > TOLERANCE_MM:
        yield f"{path.name}: {width:.2f} mm wide instead of {wanted:g}"


def main(arguments: list[str]) -> int:
    """Print what is wrong; 1 if anything is."""
    store = Store(get_settings().url)
    with TemporaryDirectory() as scratch:
        folder = Path(arguments[0]) if arguments else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        wrong = compile_all(store, folder)
        pages = re.search(r"\((\d+) pages", (folder / "article.log").read_text(errors="replace"))
    store.close()
    print(*wrong, sep="\n") if wrong else print(f"no fault in {pages[1] if pages else '?'} pages")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
