"""A generated part of a file that people write: the text between two marks."""

from wamkg.errors import InvalidInputError

BEGIN, END = "<!-- wamkg:begin -->", "<!-- wamkg:end -->"


def has_marks(text: str) -> bool:
    """Whether a text has one of the two marks on a line of its own."""
    return any(line.strip() in (BEGIN, END) for line in text.splitlines())


def with_part(text: str, part: str, name: str) -> str:
    """The text with `part` between its two marks, each on its own line. Everything else stays byte for byte.

    `name` is the name of the file in error messages. Raises InvalidInputError unless each mark occurs once, the first
    before the last.
    """
    lines = text.splitlines(keepends=True)
    begins, ends = ([n for n, line in enumerate(lines) if line.strip() == mark] for mark in (BEGIN, END))
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise InvalidInputError(f"{name} needs one line `{BEGIN}` and, below it, one `{END}`: the list goes between")
    return "".join([*lines[: begins[0] + 1], "\n", part.strip("\n"), "\n\n", *lines[ends[0] :]])
