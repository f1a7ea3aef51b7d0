"""wamkg: knowledge graph and taxonomy curation for a living survey.

`wamkg.open("var")` opens a survey; `docs/python.md` shows what it can do.
"""

from typing import TYPE_CHECKING

from wamkg.version import __version__ as __version__

if TYPE_CHECKING:
    from os import PathLike

    from wamkg.survey import OpenedSurvey


def open(home: "str | PathLike[str] | None" = None, *, database_url: str = "", by: str = "python") -> "OpenedSurvey":
    """Open the survey in a folder, in a database, or, without either, the one of the settings.

    `by` is the name under which it writes. Raises StoreError if there is no survey or its tables are not current.
    """
    from wamkg.survey import open_survey  # the database takes a second to load

    return open_survey(home, database_url=database_url, by=by)
