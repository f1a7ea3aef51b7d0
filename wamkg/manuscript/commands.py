"""LaTeX's commands that matter to a manuscript's contents, and how many arguments they take."""

import re
from typing import Any

from pylatexenc.latexwalker import get_default_latex_context_db
from pylatexenc.macrospec import MacroSpec, MacroStandardArgsParser, std_environment

CITES = re.compile(r"(?!(?:Declare|new|set|every|At|mk|bib|def)[A-Za-z]*cite)[A-Za-z]*[cC]ite"
                   r"(?!(?:text|style|setup|color|index|reset|tracker)\b)[A-Za-z]*")  # fmt: skip
"""Names of commands that cite: of natbib, BibLaTeX, apacite, and those that people name like them."""
MULTI = re.compile(r"[A-Za-z]*cite(?:text)?s")
"""BibLaTeX's commands with several pairs of options and keys, such as `\\parencites`."""
VOLUME = frozenset({"volcite", "Volcite", "pvolcite", "Pvolcite", "fvolcite", "ftvolcite", "svolcite", "tvolcite",
                    "avolcite", "notecite", "Notecite", "pnotecite", "fnotecite"})  # fmt: skip
"""BibLaTeX's commands whose first argument is a volume or a note, and no key."""
LEVELS = {"part": 0, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6}
TABLES = frozenset({"tabular", "tabular*", "tabularx", "tabulary", "longtable", "xltabular", "ltablex", "supertabular",
                    "tblr", "longtblr", "talltblr", "NiceTabular", "NiceTabularX", "tabu", "longtabu"})  # fmt: skip
LISTS = frozenset({"itemize", "enumerate", "description", "compactitem", "compactenum", "inparaenum", "tasks"})
INPUTS = frozenset({"input", "include", "subfile", "subfileinclude", "InputIfFileExists", "import", "subimport"})
SILENT_ENVIRONMENTS = frozenset({"comment", "filecontents", "filecontents*", "verbatim", "lstlisting", "minted"})
NOT_TEXT = frozenset({
    "label", "ref", "eqref", "cref", "Cref", "autoref", "pageref", "includegraphics", "url", "vspace", "hspace",
    "vspace*", "hspace*", "usepackage", "documentclass", "bibliographystyle", "setlength", "addtolength", "pagestyle",
    "thispagestyle", "definecolor", "hypersetup", "graphicspath", "cmidrule", "cline", "color", "cellcolor", "rowcolor",
    "rule", "input", "RequirePackage", "addbibresource", "bibliography", "setcounter", "addtocounter", "newcounter",
    "begin", "end", "phantom", "pgfplotsset", "tikzset", "geometry", "captionsetup", "markboth", "markright",
    "hyphenation",
})  # fmt: skip
"""Commands whose arguments nobody reads as text."""
BOLD = frozenset({"textbf", "textit", "emph", "textsc", "underline"})
DEFINES = frozenset({"newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "NewDocumentCommand",
                     "RenewDocumentCommand", "ProvideDocumentCommand", "DeclareDocumentCommand"})  # fmt: skip
_ARGUMENTS = {
    "multicolumn": "{{{", "multirow": "[{[{[{", "textcolor": "[{{", "colorbox": "[{{", "resizebox": "*{{{",
    "scalebox": "{[{", "rotatebox": "[{{", "parbox": "[[[{{", "makecell": "*[{", "shortstack": "[{", "href": "[{{",
    "footnote": "[{", "caption": "*[{", "captionof": "*{[{", "cellcolor": "[{[[", "rowcolor": "[{[[", "color": "[{",
    "definecolor": "[{{{", "cmidrule": "{", "cline": "{", "rule": "[{{", "bibliography": "{", "addbibresource": "[{",
    "bibitem": "[{", "subfile": "[{", "subfileinclude": "[{", "import": "*{{", "subimport": "*{{", "url": "{",
    "InputIfFileExists": "{{{", "include": "{", "cref": "*{", "Cref": "*{", "autoref": "*{", "eqref": "{",
    "texorpdfstring": "{{", "setcounter": "{{", "addtocounter": "{{", "captionsetup": "[{", "hypersetup": "{",
    "providecommand": "*{[[{", "DeclareRobustCommand": "*{[[{", "NewDocumentCommand": "{{{", "let": "",
    "RenewDocumentCommand": "{{{", "ProvideDocumentCommand": "{{{", "DeclareDocumentCommand": "{{{",
    "renewcommand": "*{[[{", "newcommand": "*{[[{", "graphicspath": "{", "geometry": "{", "pgfplotsset": "{",
    "tikzset": "{", "thispagestyle": "{", "pagestyle": "{", "bibliographystyle": "{", "subparagraph": "*[{",
    "subsubsection": "*[{", "paragraph": "*[{", "part": "*[{", "chapter": "*[{", "section": "*[{", "subsection": "*[{",
    "title": "[{", "markboth": "{{", "SetCell": "[{", "pageref": "{", "ref": "*{", "label": "{", "input": "",
}  # fmt: skip
LAST_ARGUMENT = frozenset({"multicolumn", "multirow", "textcolor", "colorbox", "resizebox", "scalebox", "rotatebox",
                           "parbox", "makecell", "shortstack", "href", "footnote", "caption", "captionof"})  # fmt: skip
"""Commands of whose arguments only the last is text."""
_ENVIRONMENTS = {
    "tabular": "[{", "tabular*": "{[{", "tabularx": "{[{", "tabulary": "{[{", "longtable": "[{", "xltabular": "[{{",
    "ltablex": "{[{", "supertabular": "[{", "tblr": "[{", "longtblr": "[{", "talltblr": "[{", "NiceTabular": "[{[",
    "NiceTabularX": "{[{[", "tabu": "[{", "longtabu": "[{", "table": "[", "table*": "[", "figure": "[", "figure*": "[",
    "itemize": "[", "enumerate": "[", "description": "[", "thebibliography": "{", "minipage": "[[[{", "multicols": "{[",
}  # fmt: skip


def context_for(text: str, values: frozenset[str]) -> Any:
    """What pylatexenc needs to know to parse a text: arguments of the commands above, and of `values`."""
    known = dict(_ARGUMENTS) | dict.fromkeys(values, "{")
    for name in set(re.findall(r"\\([A-Za-z]+)", text)):
        if CITES.fullmatch(name):
            known[name] = "" if MULTI.fullmatch(name) else "{*[[{" if name in VOLUME else "*[[{"
    context = get_default_latex_context_db()
    context.add_context_category(
        "wamkg",
        [MacroSpec(name, args_parser=MacroStandardArgsParser(spec)) for name, spec in known.items()],
        [std_environment(name, spec) for name, spec in _ENVIRONMENTS.items()],
        prepend=True,
    )
    return context
