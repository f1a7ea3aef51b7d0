"""Text in LaTeX."""

_ESCAPED = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


def escape_latex(text: str) -> str:
    """Text in which LaTeX reads no command."""
    return text.translate(_ESCAPED)
