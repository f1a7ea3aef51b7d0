"""A generated part of a file that people write: what stands between two marks, and nothing else."""

from wamkg.errors import InvalidInputError

BEGIN, END = "<!-- wamkg:begin -->", "<!-- wamkg:end -->"


def with_part(text: str, part: str, name: str) -> str:
    """The text with `part` between its two marks, each a line of its own; all else stays byte for byte.

    `name` is what the file is called where it is refused. Raises InvalidInputError unless each mark stands once, the
    first before the last.
    """
    lines = text.splitlines(keepends=True)
    begins, ends = ([n for n, line in enumerate(lines) if line.strip() == mark] for mark in (BEGIN, END))
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        raise InvalidInputError(f"{name} needs one line `{BEGIN}` and, below it, one `{END}`: the list goes between")
    return "".join([*lines[: begins[0] + 1], "\n", part.strip("\n"), "\n\n", *lines[ends[0] :]])
