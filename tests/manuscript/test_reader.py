"""Reading LaTeX: which keys are cited where, in every form that papers use."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamkg.manuscript.events import ManuscriptCitation
from wamkg.manuscript.reader import read_manuscript


def cited(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    """Line and key of each citation."""
    file = tmp_path / "main.tex"
    file.write_text(text, encoding="utf-8")
    events = read_manuscript(file).events
    return [(event.place.line, key) for event in events if isinstance(event, ManuscriptCitation) for key in event.keys]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a}", "a"),
        (r"\citep[see][p.~2]{a, b,%" "\n c}", "a b c"),
        (r"\Citet*{a} \citeauthor{b}'s \citeyearpar{c} \citealp[e.g.,][]{d}", "a b c d"),
        (r"\parencites(pre)(post)[1]{a}[2]{b,c} after", "a b c"),
        (r"\textcite{a} \autocite[1]{b} \footcite{c} \smartcite{d} \volcite{2}[5]{e}", "a b c d e"),
        (r"\citep[compare \citealt{a}]{b}", "a b"),
        (r"\nocite{a}\nocite{*}", "a *"),
        (r"% \cite{a}" "\n\\cite{b} \\% \\cite{c}", "b c"),
        (r"\iffalse \cite{a} \fi \begin{comment}\cite{b}\end{comment}\verb|\cite{c}| \cite{d}", "d"),
        (r"\newcommand{\own}[2]{#1 \citep{#2}} \own{Name}{a} \newcommand{\fix}{X~\cite{b}} \fix{}", "a b"),
        (r"\def\short#1{\citet{#1}} \short{a}", "a"),
        (r"\NewDocumentCommand{\own}{m}{\cite{#1}} \own{a}", "a"),
        (r"\footnote{See \cite{a}.} \section{On \cite{b}} \caption[short]{\cite{c}} $x$ {\bf \cite{d}}", "a b c d"),
        (r"\begin{tabularx}{\textwidth}{lX} \multirow{2}{*}{x} & \cite{a} \\ \end{tabularx}", "a"),
        (r"\cite{a} } \cite{b} \begin{table} \cite{c}", "a b c"),
        (r"\citestyle{authoryear}\setcitestyle{round}\citetext{no key} \cite{a}", "a"),
        (r"\cite{a}\end{document}\cite{b}", "a"),
    ],
)  # fmt: skip
def test_every_way_to_cite_is_read(tmp_path: Path, text: str, keys: str) -> None:
    assert [key for _, key in cited(tmp_path, text)] == keys.split()


def test_files_are_read_in_the_order_of_latex_with_their_own_lines(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.tex").write_text("text\n\n\\cite{b}\\input{two}\n", encoding="utf-8")
    (tmp_path / "parts" / "two.tex").write_text("\\input{parts/one}\\cite{c}\n", encoding="utf-8")
    found = cited(tmp_path, "\\cite{a}\n\\input parts/one\n\\include{parts/none}\\cite{d}\n")
    assert found == [(1, "a"), (3, "b"), (1, "c"), (3, "d")]
    problems = read_manuscript(tmp_path / "main.tex").problems
    assert [problem.place.line for problem in problems] == [3] and "none.tex cannot be read" in problems[0].text


_PIECES = st.sampled_from(["\\cite{k}", "\\begin{tabular}{l}", "\\end{tabular}", "{", "}", "[", "]", "$", "&", "\\\\",
                           "%", "\n", "word ",
                           "\\item", "\\def\\x#1{", "\\newcommand", "\\cites", "\\input", "\\"])  # fmt: skip


@given(st.lists(_PIECES, max_size=14))
def test_no_text_stops_the_reader(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    for _, key in cited(tmp_path_factory.getbasetemp(), "".join(pieces)):
        assert key
