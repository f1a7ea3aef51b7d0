"""What a link or badge means: its kind, the identifiers in its URL, and the label on the badge."""

import re
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from wamkg.identifiers import arxiv_id, doi, malformed_arxiv, normalise

_KIND_WORDS = (
    ("dataset", {"dataset", "datasets", "data", "数据", "数据集"}),
    ("code", {"code", "codes", "github", "gitlab", "repo", "repository", "implementation", "source", "代码", "源码",
              "开源"}),
    ("blog", {"blog", "blogpost", "post", "report", "medium", "博客"}),
    ("paper", {"paper", "papers", "pdf", "arxiv", "abs", "openreview", "article", "doi", "publication", "proceedings",
               "manuscript", "ieee", "acm", "springer", "thecvf", "cvf", "aclanthology", "论文", "原文"}),
    ("webpage", {"webpage", "website", "web", "project", "projects", "page", "homepage", "site", "demo", "demos",
                 "主页", "项目", "官网", "网站"}),
    ("model", {"model", "models", "weights", "weight", "checkpoint", "checkpoints", "huggingface", "hf", "ckpt",
               "modelscope", "模型"}),
    ("other", {"other", "video", "videos", "slides", "poster", "talk", "youtube", "twitter", "x", "appendix", "supp",
               "supplementary", "supplemental", "supplement", "bibtex", "bib", "docs", "documentation", "link", "links",
               "here", "url", "colab", "notebook", "notebooks", "review", "reviews", "tweet", "news", "tutorial", "api",
               "list", "leaderboard", "discord", "bilibili", "zhihu", "知乎", "解读", "笔记", "讲解", "视频", "链接"}),
)  # fmt: skip
_FILLER = frozenset((
    "preprint", "official", "unofficial", "the", "to", "full", "pytorch", "jax", "tensorflow", "coming", "soon", "face",
    "hugging", "star", "stars", "and", "part", "version", "material", "materials", "main", "short", "long", "read",
    "download", "view", "v", "or",
))  # fmt: skip
_ALL_WORDS = frozenset(word for _, words in _KIND_WORDS for word in words) | _FILLER
_ANY = frozenset({"link", "links", "here", "url", "链接"})
"""Labels that say nothing of what a link leads to."""
_PAPER_HOSTS = (
    "arxiv.org", "alphaxiv.org", "openreview.net", "doi.org", "aclanthology.org", "mlr.press", "neurips.cc", "nips.cc",
    "thecvf.com", "ieeexplore.ieee.org", "dl.acm.org", "link.springer.com", "nature.com", "science.org",
    "sciencedirect.com", "ecva.net", "roboticsproceedings.org", "biorxiv.org", "semanticscholar.org", "jmlr.org",
    "mdpi.com", "sagepub.com", "pnas.org", "hal.science", "frontiersin.org", "ojs.aaai.org", "onlinelibrary.wiley.com",
    "medrxiv.org", "chemrxiv.org", "techrxiv.org", "ssrn.com", "osf.io", "cell.com", "tandfonline.com", "iop.org",
    "aps.org", "acs.org", "academic.oup.com", "usenix.org", "vldb.org", "isca-speech.org", "isca-archive.org",
    "ijcai.org", "aclweb.org", "cv-foundation.org", "computer.org", "journals.plos.org", "elifesciences.org",
)  # fmt: skip
_ENDS_OF_PAPER_HOSTS = tuple(f".{host}" for host in _PAPER_HOSTS)
_HOST_KINDS = (
    ("huggingface.co/datasets", "dataset"), ("huggingface.co/papers", "paper"), ("huggingface.co", "model"),
    ("github.com", "code"), ("gitlab.com", "code"), ("github.io", "webpage"), ("sites.google.com", "webpage"),
    ("kaggle.com/datasets", "dataset"), ("youtube.com", "other"), ("youtu.be", "other"),
)  # fmt: skip
_NO_PAPER = re.compile(
    r"/(?:profiles?|authors?|author-page|people|person|persons|users?|search|group|find)(?:/|$)|/abs(?:by)?auth\.|"
    r"/dosearch(?:/|$)|^/(?:a|list|year|archive)/",
    re.I,
)
"""Path of a page about people, of a search or of a list, at a publisher or an archive."""
_PERSON_ID = re.compile(r"(?:^|&)id=(?:~|%7e)", re.I)
"""OpenReview names people with a tilde, wherever they are linked."""
_ID_PAGES = re.compile(
    r"(?:alphaxiv\.org/\w+|huggingface\.co/papers|ar5iv\.\w+\.org/\w+)/(\d{4}\.\d{4,5})(?:v\d+)?(?![A-Za-z0-9_])"
)
_NATURE = re.compile(r"nature\.com/articles/(s\d{5}-\d{3}-\d{5}-\w)")
_DOI_HOSTS = ("doi.org", "dl.acm.org", "link.springer.com", "science.org", "sagepub.com", "wiley.com")
_DOI_PATH = re.compile(r"/(?:doi/(?:[a-z]+/)?)?10\.\d{4,9}/\S")
"""URL path with a DOI at its start or after "doi", on any host."""
_OPEN_URL = re.compile(r"(?:^|&)(?:rft_)?id=(?:doi:|info:doi/)(10\.\d{4,9}/[^&\s]+)", re.I)
"""A DOI in the query of a library's link resolver (OpenURL, ANSI/NISO Z39.88)."""
_DOI_TAIL = re.compile(
    r"(?:\.pdf|/(?:full|pdf|abstract|epdf|meta|html|references|metrics)|/fulltext(?:\.html)?|/(?:figures|tables)(?:/\d+)?)$"
)
"""What publishers put behind a DOI in the addresses of a paper's parts."""
_WEB = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#]\S*)?", re.I).fullmatch
_BRACKETS_BEHIND = re.compile(r"(?<=\w)\s*[(（][^()（）]*[)）]\s*$")
_BADGE_DASH = "\x00"


def is_web(url: str) -> bool:
    """Whether the URL may be shown as a link: http or https, with a host name and without spaces."""
    return _WEB(url.strip()) is not None


def is_link_label(text: str) -> bool:
    """Whether the text of a link only names its target type ("📄 Paper", "Project Page", "paper (UniVLA)")."""
    words = _label_words(text)
    return 0 < len(words) <= 5 and all(word in _ALL_WORDS for word in words) and not _FILLER.issuperset(words)


@lru_cache(maxsize=4096)
def _label_words(text: str) -> tuple[str, ...]:
    """Return the words of a label without trailing brackets and without numbers ("Code2", "2024")."""
    bare = _BRACKETS_BEHIND.sub("", text.strip(" []")) or text
    words = (word.strip("0123456789") for word in normalise(bare).split())
    return tuple(word for word in words if word) or (("link",) if not any(c.isalnum() for c in text) else ())


def kind_of(label: str, url: str) -> str:
    """Return the kind of a link by its label, then by its URL: paper, webpage, code, model, dataset, blog, other."""
    if label.lower().split()[-1:] == ["list"]:
        return "other"
    words = set(_label_words(label)) & (_ALL_WORDS - _FILLER) if is_link_label(label) else set()
    if not words or (words <= {"huggingface", "hf"} and "huggingface" in url) or (words <= _ANY and is_scholarly(url)):
        return _kind_of_host(url)
    return next((kind for kind, known in _KIND_WORDS if words & known), "other")


def add_link(links: dict[str, str], kind: str, url: str) -> None:
    """Store a URL under its kind; a second one of a kind is `code-2`."""
    if url in links.values() and kind in links:
        return
    number, key = 1, kind
    while key in links:
        number += 1
        key = f"{kind}-{number}"
    links[key] = url


def _kind_of_host(url: str) -> str:
    if is_scholarly(url):
        return "paper"
    place = url.partition("://")[2].lower().removeprefix("www.")
    by_prefix = (kind for host, kind in _HOST_KINDS if place.startswith(host))
    return next(by_prefix, "webpage" if place.partition("/")[0].endswith(".github.io") else "other")


@lru_cache(maxsize=4096)
def is_scholarly(url: str) -> bool:
    """Whether the address is that of a paper: at a publisher, at an archive, or a PDF file.

    Pages about people, searches and lists at these hosts are no papers.
    """
    if not is_web(url):
        return False
    if _host_of_papers(url):
        return is_paper_host(url) and not _is_about_people(url)
    parts = urlsplit(url.strip())
    return parts.path.lower().endswith(".pdf") or bool(_ID_PAGES.search(url))


def _is_about_people(url: str) -> bool:
    parts = urlsplit(url.strip())
    return bool(_NO_PAPER.search(parts.path) or _PERSON_ID.search(parts.query))


def is_paper_host(url: str) -> bool:
    """Whether the URL is a page of a publisher or an archive."""
    return is_web(url) and _host_of_papers(url) and len(urlsplit(url.strip()).path) > 1


def _host_of_papers(url: str) -> bool:
    host = urlsplit(url.strip()).netloc.lower().partition(":")[0]
    return f".{host}".endswith(_ENDS_OF_PAPER_HOSTS)


def arxiv_of(url: str) -> str | None:
    """Return the arXiv id in a URL if it is a page of that paper."""
    found = _ID_PAGES.search(url)
    return arxiv_id(found[1] if found else url)


def is_broken_arxiv(url: str) -> bool:
    """Whether a URL of arXiv, or of a page about its papers, contains a number that is not an arXiv id."""
    return bool(malformed_arxiv(url))


def doi_of(url: str) -> str | None:
    """Return the DOI in a URL of a resolver, or of a publisher that uses DOIs in its paths."""
    found = _NATURE.search(url)
    if found:
        return f"10.1038/{found[1]}"
    parts = urlsplit(url)
    path = unquote(parts.path)
    if resolved := _OPEN_URL.search(unquote(parts.query)):
        return doi(resolved[1])
    if any(parts.netloc.lower().endswith(host) for host in _DOI_HOSTS) or _DOI_PATH.match(path):
        value = doi(path)
        return _DOI_TAIL.sub("", value) if value else None
    return None


def label_of_badge(src: str) -> str | None:
    """Return the text on a shields.io badge; None for another image or a badge that shows a count.

    In its path, `--` is a dash, `__` an underscore, `_` a space, and the last part is the color.
    """
    body = _badge_path(src)
    if body is None:
        return None
    head, _, _ = body.replace("--", _BADGE_DASH).rpartition("-")
    words = (head or body).replace("__", "\x01").replace("_", " ").replace("-", " ")
    return " ".join(unquote(words.replace(_BADGE_DASH, "-").replace("\x01", "_")).split()) or None


def color_of_badge(src: str) -> str | None:
    """Return the color of a shields.io badge from its URL."""
    body = _badge_path(src)
    color = body.replace("--", _BADGE_DASH).rpartition("-")[2].lower() if body else ""
    return color if body and color != body.lower() else None


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
