"""What a link or a badge says: its kind, the paper's identifiers in it, the label drawn on it."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from wamkg.identifiers import arxiv_id, doi, normalise

_KIND_WORDS = (
    ("dataset", {"dataset", "datasets", "data"}),
    ("code", {"code", "codes", "github", "gitlab", "repo", "repository", "implementation", "source"}),
    ("blog", {"blog", "blogpost", "post", "report"}),
    ("paper", {"paper", "papers", "pdf", "arxiv", "abs", "openreview", "article", "doi", "publication", "proceedings"}),
    ("webpage", {"webpage", "website", "web", "project", "page", "homepage", "site", "demo", "demos"}),
    ("model", {"model", "models", "weights", "weight", "checkpoint", "checkpoints", "huggingface", "hf", "ckpt"}),
    ("other", {"video", "videos", "slides", "poster", "talk", "youtube", "twitter", "x", "appendix", "supp",
               "supplementary", "bibtex", "bib", "docs", "documentation", "link", "links", "here", "url"}),
)  # fmt: skip
_FILLER = frozenset((
    "preprint", "official", "the", "to", "full", "pytorch", "jax", "tensorflow", "coming", "soon", "face",
    "hugging", "star", "stars", "v1", "v2", "v3", "and",
))  # fmt: skip
_ALL_WORDS = frozenset(word for _, words in _KIND_WORDS for word in words) | _FILLER
_PAPER_HOSTS = (
    "arxiv.org", "alphaxiv.org", "openreview.net", "doi.org", "aclanthology.org", "mlr.press", "neurips.cc", "nips.cc",
    "thecvf.com", "ieeexplore.ieee.org", "dl.acm.org", "link.springer.com", "nature.com", "science.org",
    "sciencedirect.com", "ecva.net", "roboticsproceedings.org", "biorxiv.org", "semanticscholar.org", "jmlr.org",
    "mdpi.com", "sagepub.com", "pnas.org", "hal.science", "frontiersin.org", "ojs.aaai.org", "onlinelibrary.wiley.com",
)  # fmt: skip
_HOST_KINDS = (
    ("huggingface.co/datasets", "dataset"), ("huggingface.co/papers", "paper"), ("huggingface.co", "model"),
    ("github.com", "code"), ("gitlab.com", "code"), ("github.io", "webpage"), ("sites.google.com", "webpage"),
    ("kaggle.com/datasets", "dataset"), ("youtube.com", "other"), ("youtu.be", "other"),
)  # fmt: skip
_ID_PAGES = re.compile(r"(?:alphaxiv\.org/\w+|huggingface\.co/papers|ar5iv\.\w+\.org/\w+)/(\d{4}\.\d{4,5})")
_NATURE = re.compile(r"nature\.com/articles/(s\d{5}-\d{3}-\d{5}-\w)")
_DOI_HOSTS = ("doi.org", "dl.acm.org", "link.springer.com", "science.org", "sagepub.com", "wiley.com")
_DOI_TAIL = re.compile(r"(?:\.pdf|/full|/pdf|/abstract|/epdf)$")
_WEB = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#]\S*)?", re.I).fullmatch
_BADGE_DASH = "\x00"


def is_web(url: str) -> bool:
    """Whether the address is one that may be shown as a link: http or https with a named host and no spaces."""
    return _WEB(url.strip()) is not None


def is_link_label(text: str) -> bool:
    """Whether a link's text only says what it leads to ("📄 Paper", "Project Page"), so is no title."""
    words = normalise(text).split()
    if len(words) == 2 and words[1] in _ALL_WORDS - _FILLER | {"list"}:
        return True
    return len(words) <= 4 and all(word in _ALL_WORDS or word.isdigit() for word in words)


def kind_of(label: str, url: str) -> str:
    """Kind of a link, by its label first, then by where it leads: paper, webpage, code, model, dataset, blog, other."""
    if label.lower().split()[-1:] == ["list"]:
        return "other"
    words = set(normalise(label).split()) & (_ALL_WORDS - _FILLER) if is_link_label(label) else set()
    if not words or (words <= {"huggingface", "hf"} and "huggingface" in url):
        return _kind_of_host(url)
    return next((kind for kind, known in _KIND_WORDS if words & known), "other")


def _kind_of_host(url: str) -> str:
    if is_scholarly(url):
        return "paper"
    place = url.partition("://")[2].lower().removeprefix("www.")
    by_prefix = (kind for host, kind in _HOST_KINDS if place.startswith(host))
    return next(by_prefix, "webpage" if place.partition("/")[0].endswith(".github.io") else "other")


def is_scholarly(url: str) -> bool:
    """Whether the address is that of a paper: a publisher, an archive, or a PDF file."""
    if not is_web(url):
        return False
    parts = urlsplit(url.strip())
    host = parts.netloc.lower().partition(":")[0]
    if any(host == known or host.endswith("." + known) for known in _PAPER_HOSTS):
        return len(parts.path) > 1
    return parts.path.lower().endswith(".pdf") or bool(_ID_PAGES.search(url))


def arxiv_of(url: str) -> str | None:
    """arXiv id in an address, if it is a page of that paper."""
    found = _ID_PAGES.search(url)
    return found[1] if found else arxiv_id(url)


def doi_of(url: str) -> str | None:
    """DOI in an address of a resolver or a publisher whose addresses contain it."""
    found = _NATURE.search(url)
    if found:
        return f"10.1038/{found[1]}"
    parts = urlsplit(url)
    if any(parts.netloc.lower().endswith(host) for host in _DOI_HOSTS):
        value = doi(unquote(parts.path))
        return _DOI_TAIL.sub("", value) if value else None
    return None


def label_of_badge(src: str) -> str | None:
    """Text drawn on a shields.io badge; None for another image or a badge that counts something.

    In its path `--` stands for a dash, `__` for an underscore, `_` for a space, and the last part is the colour.
    """
    body = _badge_path(src)
    if body is None:
        return None
    head, _, _ = body.replace("--", _BADGE_DASH).rpartition("-")
    words = (head or body).replace("__", "\x01").replace("_", " ").replace("-", " ")
    return " ".join(unquote(words.replace(_BADGE_DASH, "-").replace("\x01", "_")).split()) or None


def colour_of_badge(src: str) -> str | None:
    """Colour of a shields.io badge as its address gives it."""
    body = _badge_path(src)
    colour = body.replace("--", _BADGE_DASH).rpartition("-")[2].lower() if body else ""
    return colour if body and colour != body.lower() else None


def _badge_path(src: str) -> str | None:
    try:
        parts = urlsplit(src.strip())
    except ValueError:
        return None
    if "shields.io" not in parts.netloc and "badgen.net" not in parts.netloc:
        return None
    if parts.path.startswith("/static/v1"):
        query = parse_qs(parts.query)
        text = " ".join(query.get("label", []) + query.get("message", []))
        return text.replace("-", "--").replace("_", "__") + "-" + "".join(query.get("color", ["grey"]))
    head, mark, body = parts.path.partition("/badge/")
    return body.removesuffix(".svg").replace("/", "-") if mark and not head else None
