"""URLs of pages, and formatting of stored values for people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from urllib.parse import quote, urlencode

from wamkg.views.papers import PaperQuery

API = "/api/v1"
ARXIV = "https://arxiv.org/abs/"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SOURCES = {
    "seed": "this project",
    "list:wam": "the survey's list",
    "s2": "Semantic Scholar",
    "person": "a person",
    "id:arxiv": "read off the arXiv id",
    "import": "an import",
}


def paper_url(identifier: str) -> str:
    """URL of a paper's page."""
    return f"/papers/{quote(identifier, safe=':')}"


def page_of(address: str) -> str:
    """Our page of the paper with an address on arXiv; other addresses as they are."""
    return paper_url(f"arxiv:{address.removeprefix(ARXIV)}") if address.startswith(ARXIV) else address


def entity_url(kind: str, name: str) -> str:
    """URL of the page of a method, data set, benchmark, author and so on; an author has no slug but a name."""
    return f"/index/{kind}s/{quote(name, safe='')}"


def period_span(period: str) -> dict[str, str]:
    """First and last month of a period such as `2024`, `2024-Q2` or `2024-05`, as filters of papers."""
    year, quarter, number = period.partition("-Q")
    if not quarter:
        return {"since": period, "until": period}
    last = int(number) * 3
    return {"since": f"{year}-{last - 2:02d}", "until": f"{year}-{last:02d}"}


def query_url(path: str, parameters: Mapping[str, object]) -> str:
    """A URL with those parameters that have a value; list values are repeated."""
    pairs = [
        (name, value)
        for name, given in parameters.items()
        for value in (given if isinstance(given, list | tuple) else [given])
        if value is not None and value is not False and value != ""
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def with_changes(parameters: Mapping[str, object], **changes: object) -> dict[str, object]:
    """The parameters of an address with some of them changed."""
    return {**parameters, **changes}


def library_url(query: PaperQuery, **changes: object) -> str:
    """URL of the library with some filters changed; it starts at the first page again."""
    return query_url("/papers", query.given | {"sort": query.sort} | changes)


def export_url(query: PaperQuery, form: str) -> str:
    """Address of an export of all papers of a list, in its order."""
    return query_url(f"{API}/exports/{form}", query.given | {"sort": query.order})


def filters_without(query: PaperQuery, names: Collection[str]) -> list[tuple[str, str]]:
    """The given filters but these, each value by itself, as hidden fields of a form send them."""
    given = ((name, value) for name, value in query.given.items() if name not in names)
    return [(name, str(part)) for name, value in given for part in (value if isinstance(value, tuple) else (value,))]


def web_url(url: str | None) -> str | None:
    """The URL if it is http or https. A list may contain anything, and a page must not link to `javascript:`."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def format_date(text: str | None) -> str:
    """Format a date: `31 Jan 2023`, `Jan 2023`, `2023`."""
    if not text:
        return "date unknown"
    year, *rest = text.split("-")
    month = [MONTHS[int(rest[0]) - 1]] if rest else []
    day = [str(int(rest[1]))] if len(rest) > 1 else []
    return " ".join([*day, *month, year])


def format_datetime(at: datetime | date) -> str:
    """Format a moment, to the minute and in UTC."""
    text = format_date(at.isoformat()[:10])
    return f"{text}, {at:%H:%M} UTC" if isinstance(at, datetime) else text


def source_label(source: str) -> str:
    """The display name of a source."""
    kind, _, name = source.partition(":")
    return SOURCES.get(source) or SOURCES.get(kind) or (f"the list {name}" if kind == "list" and name else source)


def value_words(value: object) -> str:
    """Format a stored value: lists with commas, objects by the names of their fields, without unknown values."""
    if value is None or value in ({}, []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        known = {name: part for name, part in value.items() if part not in (None, {}, [], "")}
        return "; ".join(f"{str(name).replace('_', ' ')}: {value_words(part)}" for name, part in known.items()) or "—"
    return ", ".join(map(value_words, value)) if isinstance(value, list | tuple) else str(value)


def format_authors(names: Sequence[str], most: int = 4, cut: bool = False) -> str:
    """Format authors: the first few, then et al. if there are more, or if the source cut the list (`cut`)."""
    shown = ", ".join(names[:most])
    return f"{shown} et al." if len(names) > most or (cut and names) else shown


def percent(value: float) -> str:
    """Format a probability. It is never rounded to 0% or 100%."""
    if value > 0.99:
        return "> 99 %"
    return "< 1 %" if 0 < value < 0.01 else f"{value * 100:.0f} %"
