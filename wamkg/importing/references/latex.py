"""Convert LaTeX in BibTeX values to plain text: commands and braces are read, all else is text.

pylatexenc gives the character for a command. Its document reader is not used: it treats `%` as a comment and `&` as a
column, which is wrong in titles, abstracts and URLs.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from pylatexenc.latex2text import get_default_latex_context_db

from wamkg.matching.title_braces import CLOSE, OPEN

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331",
    "t": "\u0361",
}  # fmt: skip
"""Accents by their commands, as combining characters."""
_SYMBOLS = {
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "degree": "°", "euro": "€",
    "texteuro": "€", "copyright": "©", "S": "§", "P": "¶", "textless": "<", "textgreater": ">", "less": "<",
    "greater": ">",
    "slash": "/", "lq": "‘", "rq": "’", "glqq": "„", "grqq": "“", "glq": "‚", "grq": "‘", "flqq": "«", "frqq": "»",
    "textquotesingle": "'", "textquotedbl": '"', "quad": " ", "qquad": " ", "newline": " ", "linebreak": " ",
    "space": " ",
    "thinspace": " ", "enspace": " ", "textcommabelow": "\u0326", "textbar": "|", "textbraceleft": "{",
    "textbraceright": "}",
    "lbrace": "{", "rbrace": "}", "textdollar": "$", "textunderscore": "_", "textnumero": "№", "mathplus": "+",
    "mathsemicolon": ";", "textasciicircum": "^", "textasciigrave": "`", "cprime": "ʹ", "textperthousand": "‰",
}  # fmt: skip
_CHARACTERS = {" ": " ", "\n": " ", "\t": " ", "\\": " ", ",": " ", ";": " ", ":": " ", "-": "", "/": "", "@": "",
"!": "",
               "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "*": "*"}  # fmt: skip
_ARGUMENT_STAYS = frozenset((
    "emph", "textit", "textbf", "textsc", "textsf", "texttt", "textrm", "textsl", "textup", "textmd", "textnormal",
    "text",
    "underline", "uline", "mbox", "hbox", "fbox", "textsuperscript", "textsubscript", "uppercase", "lowercase",
    "ensuremath",
    "MakeUppercase", "MakeLowercase", "mkbibemph", "mkbibitalic", "mkbibbold", "boldsymbol", "mathrm", "mathit",
    "mathbf", "mathsf", "mathtt", "operatorname", "capitalize",
    "NoCaseChange", "smash",
))  # fmt: skip
_SWITCHES = frozenset((
    "bf", "it", "em", "sc", "sf", "tt", "rm", "sl", "bfseries", "itshape", "scshape", "sffamily", "ttfamily",
    "rmfamily",
    "upshape", "mdseries", "normalfont", "tiny", "scriptsize", "small", "normalsize", "large", "Large", "relax",
    "protect",
    "null", "xspace", "allowbreak", "nobreak", "nolinebreak", "break", "cyr", "sloppy", "noindent", "par", "unskip",
    "leavevmode", "bgroup", "egroup", "selectfont", "displaystyle", "textstyle",
))  # fmt: skip
_ADDRESSES = frozenset(("url", "path", "nolinkurl", "doi"))
_QUOTES = frozenset(("enquote", "mkbibquote"))
_DROPPED_WITH_ARGUMENT = frozenset(
    ("noopsort", "SortNoop", "hspace", "vspace", "label", "selectlanguage", "fontencoding")
)
_POINTERS = frozenset((
    "cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "citeyearpar", "citenum", "citetitle",
    "parencite", "textcite", "autocite", "footcite", "footcitetext", "smartcite", "supercite", "fullcite",
    "footfullcite", "onlinecite", "citeonline", "nocite", "ref", "eqref", "pageref", "autoref", "nameref", "vref",
    "cref", "Cref", "subref", "labelcref", "footnote", "footnotetext", "footnotemark", "endnote", "thanks", "tnoteref",
    "fnref", "corref", "marginpar", "marginnote", "sidenote", "todo", "index", "gls", "Gls", "acs", "includegraphics",
    "input", "include", "bibliography", "cites", "parencites", "textcites", "Cite", "Citet", "Citep", "Textcite",
    "Parencite", "Autocite",
))  # fmt: skip
"""Commands that refer elsewhere or print beside the text: without their document they print nothing useful."""
_BEFORE_MARK = re.compile(r"\s+(?=[.,;:?!)\]])")
_LAST_OF_TWO = frozenset(("href", "textcolor", "bibinfo", "foreignlanguage", "texorpdfstring"))
_CROSSREF = re.compile(r"\$\s*\\(less|greater|mathplus|mathsemicolon|sim|&|%)\s*\$|\{\\&\}(?=\w{2,8};)")
"""Single characters that registrars write as formulas."""
_MACRO_END = r"(?:\{\}|[ \t\n]+)?"
_TAG = re.compile(
    rf"\\textless{_MACRO_END}(/?(?:\w+:)?[A-Za-z]+\d?(?:\s+[\w:-]+=[^<>\\]*)?\s*/?)\\textgreater{_MACRO_END}"
)
"""A tag as Mendeley writes it: the space that ends a macro belongs to the macro."""
_LATEX = re.compile(r"[\\{}$~]|``|--")
_TOKEN = re.compile(
    r"(?P<math>\$\$?(?=\S)[^$]*?(?<=[^\s\\])\$\$?(?!\d)|\\\(.*?\\\))|(?P<command>\\(?:[A-Za-z]+\*?|.|$))|(?P<url>https?://[^\s{}\\]+)"
    r"|(?P<brace>[{}])|(?P<mark>``|''|-{2,3}|~)|(?P<text>[^\\${}`'~\-h]+|.)",
    re.S,
)
_OPTION = re.compile(r"\[[^\[\]]*\](?=[\[{])")
_MARKS = {"``": "“", "''": "”", "---": "—", "--": "–"}
_ADDRESS_ESCAPES = re.compile(r"\\([_%&#~$ {}^-])")
_TILDE = re.compile(r"\\(?:~|textasciitilde|string~)\s*(?:\{\s*\})?|\{\\textasciitilde\s*\}|\$\\sim\$")


def plain_text(value: str, unknown: list[str] | None = None, left_out: list[str] | None = None) -> str:
    """Return the text of a value with spaces collapsed; formulas stay as typed.

    An unknown command also stays as typed and is added to `unknown`. A command that refers elsewhere (`\\cite`,
    `\\ref`, `\\footnote`) is removed with its argument, and added to `left_out` as typed.
    """
    if _LATEX.search(value):
        value = _CROSSREF.sub(
            lambda found: _SYMBOLS.get(found[1] or "", {"sim": "~", "&": "&", "%": "%"}.get(found[1], "&")), value
        )
        reader = _LatexReader(value, [] if unknown is None else unknown)
        value = unicodedata.normalize("NFC", reader.group(top=True))
        if reader.left_out:
            value = _BEFORE_MARK.sub("", value.replace("()", "").replace("[]", ""))
        if left_out is not None:
            left_out += reader.left_out
    return " ".join(value.split())


def marked_text(value: str) -> str:
    """Like `plain_text`, with marks around text in braces, whose case BibTeX's styles keep."""
    if "{" not in value or OPEN in value or CLOSE in value:
        return plain_text(value)
    reader = _LatexReader(value, [], marks=True)
    return " ".join(unicodedata.normalize("NFC", reader.group(top=True)).split())


def plain_address(value: str) -> str:
    """Return a DOI or URL as intended: LaTeX escapes and a surrounding `\\url{}` are removed, nothing else changes."""
    value = _TILDE.sub("~", value)
    found = re.search(r"\\(?:url|path|nolinkurl|href|doi)\s*\{([^{}]*)\}", value)
    value = _ADDRESS_ESCAPES.sub(r"\1", found[1] if found else value)
    return "".join(re.sub(r"[{}]|\\(?:small|footnotesize|tt|texttt)\b\s*", "", value).split("\n")).strip()


_STANDS_FOR = re.compile(r"<\w+>")
"""What pylatexenc prints for what it cannot show, such as `<cit>.`."""


def latex_symbol(name: str) -> str | None:
    """Return the character that a command without an argument prints; None for other commands."""
    return _known_symbols()(name)


@lru_cache(maxsize=1)
def _known_symbols() -> Callable[[str], str | None]:
    known = get_default_latex_context_db()

    @lru_cache(maxsize=4096)
    def find(name: str) -> str | None:
        if name in _SYMBOLS:
            return _SYMBOLS[name]
        shown = getattr(known.get_macro_spec(name), "simplify_repl", None)
        return shown if isinstance(shown, str) and "%s" not in shown and not _STANDS_FOR.search(shown) else None

    return find


class _LatexReader:
    """Reads a value from left to right; `unknown` collects unknown commands.

    `marks` puts marks around each outer group, except one that starts with a command: BibTeX treats that as a letter.
    """

    def __init__(self, value: str, unknown: list[str], *, marks: bool = False) -> None:
        value = _TAG.sub(r"<\1>", value)
        self.value, self.unknown, self.at, self.marks = value, unknown, 0, marks
        self.left_out: list[str] = []
        bare = re.sub(r"\\.", "", value)
        self.surplus = bare.count("}") - bare.count("{")
        """Number of closing braces without an opening one: then a brace with a stray backslash opens a group."""

    def group(self, top: bool = False) -> str:
        """Return text up to the brace that closes this group, or to the end."""
        parts: list[str] = []
        while (token := _TOKEN.match(self.value, self.at)) is not None:
            text, self.at = token[0], token.end()
            if text == "{" or (text == "\\{" and self.surplus > 0):
                self.surplus -= text != "{"
                parts.append(self._marked_group())
            elif text == "}" or (text == "\\}" and self.surplus < 0):
                self.surplus += text != "}"
                if not top:
                    break
            elif token.lastgroup == "command":
                parts.append(self._command(text[1:]))
            else:
                parts.append(self._mark(token) if token.lastgroup == "mark" else text)
        return "".join(parts)

    def _marked_group(self) -> str:
        if not self.marks:
            return self.group()
        is_letter = self.value[self.at : self.at + 1] == "\\"
        self.marks = False
        text = self.group()
        self.marks = True
        return text if is_letter else f"{OPEN}{text}{CLOSE}"

    def _mark(self, token: re.Match[str]) -> str:
        """Convert dashes, quotes and ties only where they are meant: "--flag", "~30" and "5~10" stay."""
        text, before, behind = (
            token[0],
            self.value[token.start() - 1 : token.start()],
            self.value[self.at : self.at + 1],
        )
        if text == "~":
            tied = re.match(r"[\w.,;:)}\]'’”-]", before) and re.match(r"[\w\\({$\"'“`-]", behind)
            return " " if tied and not (before.isdigit() and behind.isdigit()) else text
        if text == "--" and behind.isalpha() and not before.strip():
            return text
        return text if text == "''" and "``" not in self.value else _MARKS[text]

    def _command(self, name: str) -> str:
        if name in _ACCENTS:
            return self._accented(name)
        if name in _CHARACTERS:
            return _CHARACTERS[name]
        if not name.rstrip("*").isalpha():
            return name
        name = name.rstrip("*")
        if name in _POINTERS:
            self.left_out.append(self._with_arguments(name))
            return ""
        if (symbol := _known_symbols()(name)) is not None:
            self._skip_blanks(only_if=len(symbol) == 1 and symbol.isalpha())
            return symbol
        return self._call(name)

    def _call(self, name: str) -> str:
        """Return the output of a command with arguments, or of one that changes the font."""
        if name in _SWITCHES:
            self._skip_blanks()
            return ""
        if name in _LAST_OF_TWO or name in _DROPPED_WITH_ARGUMENT:
            self._raw_argument()
        if name in _ARGUMENT_STAYS or name in _LAST_OF_TWO:
            return self._argument()
        if name in _QUOTES:
            return f"“{self._argument()}”"
        if name in _ADDRESSES:
            return plain_address(self._raw_argument())
        return "" if name in _DROPPED_WITH_ARGUMENT else self._as_typed(name)

    def _as_typed(self, name: str) -> str:
        self.unknown.append(f"\\{name}")
        return self._with_arguments(name)

    def _with_arguments(self, name: str) -> str:
        """Return the command with its options and arguments, and skip them."""
        typed = f"\\{name}"
        while (option := _OPTION.match(self.value, self.at)) is not None:
            typed, self.at = typed + option[0], option.end()
        while self.value[self.at : self.at + 1] == "{":
            typed += "{" + self._raw_argument() + "}"
        return typed

    def _accented(self, accent: str) -> str:
        start = self.at - 1 - len(accent)
        before, braced = self.value[start - 1 : start], self.value[self.at : self.at + 1] == "{"
        letter = self._argument().replace("ı", "i").replace("ȷ", "j")
        if not letter or not letter[0].isalpha():
            return (accent if not accent.isalpha() else "") + letter
        accented = unicodedata.normalize("NFC", letter[0] + _ACCENTS[accent])
        stray = (
            accent == "'"
            and not braced
            and before.islower()
            and (len(accented) > 1 or (letter == "s" and not self.value[self.at : self.at + 1].isalpha()))
        )
        return f"'{letter}" if stray else accented + letter[1:]

    def _argument(self) -> str:
        self._skip_blanks()
        token = _TOKEN.match(self.value, self.at)
        if token is None or token[0] == "}":
            return ""
        if token[0] == "{":
            self.at = token.end()
            marks, self.marks = self.marks, False
            text = self.group()
            self.marks = marks
            return text
        if token.lastgroup == "command":
            self.at = token.end()
            return self._command(token[0][1:])
        self.at += 1
        return self.value[self.at - 1]

    def _raw_argument(self) -> str:
        """Return the next group as typed, without its braces."""
        self._skip_blanks()
        start = self.at
        if self.value[start : start + 1] != "{":
            return ""
        self.at += 1
        self.group()
        return self.value[start + 1 : self.at].removesuffix("}")

    def _skip_blanks(self, only_if: bool = True) -> None:
        while only_if and self.value[self.at : self.at + 1].isspace():
            self.at += 1
