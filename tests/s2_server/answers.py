"""Answers in Semantic Scholar's shape, from the world's data."""

from typing import Any
from xml.sax.saxutils import escape

from tests.s2_server.world import Edge, Made, World

NOTICE = (
    "Notice: The following paper fields have been elided by the publisher: {'abstract'}. Paper or abstract available "
    "at another address, which is subject to the license by the author or copyright owner."
)
_FIELDS = """
    paperId externalIds corpusId title abstract year publicationDate venue publicationVenue authors tldr url
    publicationTypes openAccessPdf citationCount referenceCount influentialCitationCount
"""
PAPER_FIELDS = frozenset(_FIELDS.split())
LIST_FIELDS = PAPER_FIELDS | {"contexts", "intents", "isInfluential", "contextsWithIntent"}


def paper_answer(world: World, paper: Made, fields: list[str]) -> dict[str, Any]:
    """A paper with the fields asked for, and its id, which always comes."""
    ids: dict[str, Any] = {"CorpusId": 1_000_000 + paper.key}
    if paper.arxiv:
        ids |= {"ArXiv": paper.arxiv}
    if paper.arxiv or paper.doi:
        ids |= {"DOI": paper.doi or f"10.48550/arXiv.{paper.arxiv}"}
    citations = world.citations.get(paper.key, [])
    whole = {
        "paperId": paper.s2,
        "externalIds": ids,
        "corpusId": ids["CorpusId"],
        "title": paper.title,
        "abstract": None if paper.elided else paper.abstract,
        "year": paper.year,
        "publicationDate": paper.day.isoformat() if paper.day else None,
        "venue": paper.venue,
        "publicationVenue": {"name": paper.venue, "type": "conference"} if paper.venue else None,
        "authors": [{"authorId": str(abs(hash_of(name))), "name": name} for name in paper.authors],
        "tldr": {"model": "tldr@v2.0.0", "text": paper.tldr} if paper.tldr else None,
        "url": f"https://www.semanticscholar.org/paper/{paper.s2}",
        "publicationTypes": ["JournalArticle"],
        "openAccessPdf": {"url": "", "status": None, "disclaimer": NOTICE} if paper.elided else None,
        "citationCount": len(citations),
        "referenceCount": len(world.references.get(paper.key, [])),
        "influentialCitationCount": sum(edge.influential for edge in citations),
    }
    whole |= paper.wrong
    return {name: whole[name] for name in ("paperId", *fields) if name in whole}


def hash_of(name: str) -> int:
    """A number for an author's name, the same in every process."""
    return sum((i + 1) * ord(c) for i, c in enumerate(name))


def edge_answer(world: World, edge: Edge, kind: str, fields: list[str]) -> dict[str, Any]:
    """An item of a list, with the paper at its other end."""
    other = edge.citing if kind == "citations" else edge.cited
    wanted = [name for name in fields if name in PAPER_FIELDS]
    if other is None:
        paper: dict[str, Any] = dict.fromkeys(["paperId", *wanted]) | {"title": edge.title}
    else:
        paper = paper_answer(world, world.papers[other], wanted)
    said = {"contexts": edge.contexts, "intents": edge.intents, "isInfluential": edge.influential} | edge.wrong
    inner = "citingPaper" if kind == "citations" else "citedPaper"
    return {name: value for name, value in said.items() if name in fields} | {inner: paper}


def list_answer(
    world: World, edges: list[Edge], kind: str, fields: list[str], offset: int, limit: int
) -> dict[str, Any]:
    """A page of a list; `next` only while more remains."""
    page = edges[offset : offset + limit]
    answer: dict[str, Any] = {"offset": offset}
    if offset + limit < len(edges):
        answer["next"] = offset + limit
    return answer | {"data": [edge_answer(world, edge, kind, fields) for edge in page]}


def atom_answer(papers: list[Made]) -> str:
    """arXiv's feed for papers."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{p.arxiv}v1</id><title>{escape(p.title)}</title>"
        f"<summary>\n  {escape(p.abstract or '')}\n</summary></entry>"
        for p in papers
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
