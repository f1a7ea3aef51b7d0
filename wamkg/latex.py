"""Text in LaTeX: escaping, and words that LaTeX can set."""

_ESCAPED = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def escape_latex(text: str) -> str:
    """The text with LaTeX's special characters escaped."""
    return text.translate(_ESCAPED)
