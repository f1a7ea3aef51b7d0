"""Renders templates to HTML: one environment with autoescape and strict variable names."""

from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from wamkg.figures.plaintext import plain
from wamkg.pages import links
from wamkg.pages.theme import hue_name, theme_css
from wamkg.readable import pluralize, suite_words

STATIC_TYPES = {
    "css": "text/css; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wamkg.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "plain": plain,
        "day": links.format_date,
        "moment": links.format_datetime,
        "source": links.source_label,
        "names": links.format_authors,
        "plural": pluralize,
        "span": links.period_span,
        "suite": suite_words,
        "words": links.value_words,
        "percent": links.percent,
        "to_page": links.page_of,
        "web": links.web_url,
        "dict_with": links.with_changes,
    }
    environment.policies["json.dumps_function"] = lambda value, **_: orjson.dumps(value).decode()
    environment.globals |= {
        "entity_url": links.entity_url,
        "paper_url": links.paper_url,
        "library_url": links.library_url,
        "query_url": links.query_url,
        "static_url": static_url,
        "hue_name": hue_name,
        "API": links.API,
    }
    return environment


def render(template: str, **context: object) -> str:
    """Render a template."""
    return _environment().get_template(template).render(**context)


@lru_cache(maxsize=32)
def static_file(name: str) -> tuple[bytes, str] | None:
    """Content and type of a stylesheet, script or image; None if there is no such file."""
    if name == "theme.css":
        return theme_css().encode(), STATIC_TYPES["css"]
    kind = STATIC_TYPES.get(name.rpartition(".")[2])
    source = files("wamkg.pages") / "static" / name
    if kind is None or "/" in name or "\\" in name or not source.is_file():
        return None
    return source.read_bytes(), kind


@lru_cache(maxsize=32)
def static_url(name: str) -> str:
    """URL of a static file. It changes with the content, so browsers may cache it without limit."""
    found = static_file(name)
    return f"/static/{name}?v={blake2b(found[0], digest_size=6).hexdigest()}" if found else f"/static/{name}"
