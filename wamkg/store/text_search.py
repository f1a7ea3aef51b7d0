"""Which papers match what a person types, which of them match best, and why.

Words are looked up where they are stored: title, text and method in the full-text table, the others in their own
tables. So nothing is stored twice, and an undo, a merge or a restored backup cannot leave a wrong entry behind.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from snowballstemmer import stemmer  # type: ignore[import-untyped]
from sqlalchemy import and_, bindparam, case, func, literal, or_, text, true
from sqlmodel import Session, col

from wamkg.identifiers import name_key, normalise, title_key
from wamkg.store.base import Column, Condition, Selected, SortKey, chunks, rows, select_columns
from wamkg.store.papers import locate_papers
from wamkg.store.session import FOUND_ONCE
from wamkg.store.tables import Alias, Author, Authorship, Link, Method, Paper, PaperUrl, Venue
from wamkg.vocabulary import Relation

MAX_WORDS = 64
"""Maximum number of words of a query. Longer queries are cut, not rejected."""
MIN_PREFIX = 3
"""Letters from which a word also finds the words that begin with it or with its stem."""
MAY_LACK = 3
"""One word in so many may be missing, if no paper has all of them."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_ADDRESS = re.compile(r"https?://", re.I)
_ARXIV_WITHIN = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)")
"""An arXiv id within a reference, the name of a file, or the address of a page about the paper."""
_ET_AL = re.compile(r"\bet\.?\s+al\b\.?", re.I)
_FONT = re.compile(r"\\(?:emph|text\w{2}|mathrm|mathbf|mathsf)(?=\{)")
"""LaTeX commands of a font: what they surround is a name."""
_KEY = re.compile(r"([^\W\d_]+)(\d{4})([^\W\d_]\w*)")
"""A citation key that nobody has stored yet: a name, a year and a word of the paper."""


@dataclass(frozen=True)
class TextQuery:
    """What a person typed: its words, and the papers that it names by an id, a citation key, a slug or an address.

    `strict`: all words must match; otherwise most of them, because no paper has all.
    """

    text: str
    words: tuple[str, ...]
    named: frozenset[int]
    sqlite: bool
    strict: bool = True


def read_query(session: Session, typed: str) -> TextQuery:
    """Read what a person typed."""
    typed = _FONT.sub("", typed).strip()
    words = words_of(typed)
    sqlite = session.get_bind().dialect.name == "sqlite"
    asked = TextQuery(typed, words, frozenset(_named(session, typed)), sqlite)
    key = _KEY.fullmatch(typed)
    if asked.named or not (key or len(words) >= MAY_LACK):
        return asked
    one = select_columns(Paper.id).where(matching(asked)).limit(1)
    if session.connection().execute(one).first() is not None:
        return asked
    return (
        replace(asked, words=tuple(normalise(" ".join(key.groups())).split())) if key else replace(asked, strict=False)
    )


def words_of(typed: str) -> tuple[str, ...]:
    """The words that are looked for."""
    return tuple(normalise(_ET_AL.sub(" ", _FONT.sub("", typed))).split()[:MAX_WORDS])


def _named(session: Session, typed: str) -> set[int]:
    found = set(locate_papers(session, [typed, *_ARXIV_WITHIN.findall(typed)]).values()) if typed else set()
    if _ADDRESS.match(typed):
        rest = _ADDRESS.sub("", typed).rstrip("/")
        forms = [f"{scheme}{rest}{end}" for scheme in ("https://", "http://") for end in ("", "/")]
        own = select_columns(Paper.id).where(col(Paper.url).in_(forms))
        further = select_columns(PaperUrl.paper_id).where(
            col(PaperUrl.url).in_(forms), col(PaperUrl.ended_at).is_(None)
        )
        found |= {number for statement in (own, further) for (number,) in rows(session, statement)}
    return found


def words_match(session: Session, typed: str) -> Condition:
    """The condition for papers that the words find. In a reading session they are looked up once."""
    found: dict[str, str] | None = session.info.get(FOUND_ONCE)
    if found is None:
        return matching(read_query(session, typed))
    if typed not in found:
        numbers = rows(session, select_columns(Paper.id).where(matching(read_query(session, typed))))
        found[typed] = ", ".join(str(number) for (number,) in numbers) or "NULL"
    return text(f"paper.id IN ({found[typed]})")  # type: ignore[return-value]


def matching(asked: TextQuery) -> Condition:
    """The condition for papers that the query finds."""
    named = col(Paper.id).in_(asked.named)
    if not asked.words:  # punctuation alone
        return named
    each = [_has_word(asked, word) for word in asked.words]
    if asked.strict:
        return or_(named, and_(*each))
    return or_(named, _number_of(each) >= len(each) - len(each) // MAY_LACK)


def _number_of(conditions: Sequence[Condition]) -> Column:
    """The number of conditions that hold."""
    total: Column = literal(0)
    for condition in conditions:
        total = total + case((condition, 1), else_=0)
    return total


def _has_word(asked: TextQuery, word: str) -> Condition:
    places = [_in_text(asked, word), *(place(word) for place in (_in_authors, _in_venue, _in_method_names, _in_key))]
    return or_(*places, col(Paper.year) == int(word)) if re.fullmatch(r"\d{4}", word) else or_(*places)


def _in_text(asked: TextQuery, word: str) -> Condition:
    """Papers with a word of that beginning or stem in title, text or method; of Chinese and the like, with the part."""
    column = "rowid" if asked.sqlite else "paper_id"
    if _CJK.search(word):
        hits = f"SELECT {column} FROM paper_fts WHERE body LIKE :word"
        sought = f"%{word}%"
    elif asked.sqlite:
        hits = f"SELECT {column} FROM paper_fts WHERE paper_fts MATCH :word"
        sought = " OR ".join(f'"{form}"*' if len(form) >= MIN_PREFIX else f'"{form}"' for form in forms_of(word))
    else:
        hits = f"SELECT {column} FROM paper_fts WHERE to_tsvector('simple', body) @@ to_tsquery('simple', :word)"
        sought = " | ".join(f"'{form}':*" if len(form) >= MIN_PREFIX else f"'{form}'" for form in forms_of(word))
    return text(f"paper.id IN ({hits})").bindparams(bindparam("word", sought, unique=True))  # type: ignore[return-value]


@lru_cache(maxsize=10_000)
def forms_of(word: str) -> tuple[str, ...]:
    """The word and its English stem, which begins its other forms: `policies` also finds `policy`."""
    stem = stemmer("english").stemWord(word)
    forms = (word, stem, f"{stem[:-1]}y") if stem.endswith("i") else (word, stem)
    return tuple(dict.fromkeys(form for form in forms if form == word or len(form) > MIN_PREFIX))


def is_form_of(said: str, word: str) -> bool:
    """Whether a word of a text is one that a search for a word finds."""
    return any(said.startswith(form) if len(form) >= MIN_PREFIX else said == form for form in forms_of(word))


def _in_authors(word: str) -> Condition:
    persons = select_columns(Author.id).where(_begins_a_word(col(Author.key), word))
    return col(Paper.id).in_(select_columns(Authorship.paper_id).where(col(Authorship.author_id).in_(persons)))


def _in_venue(word: str) -> Condition:
    return col(Paper.venue_id).in_(select_columns(Venue.id).where(_begins_a_word(col(Venue.key), word)))


def _in_method_names(word: str) -> Condition:
    return _proposes_one_of(lambda key: key.contains(word, autoescape=True))


def _in_key(word: str) -> Condition:
    return func.lower(col(Paper.key)).startswith(word, autoescape=True)


def _begins_a_word(column: Column, word: str) -> Condition:
    """Whether a word of the column begins with a word: the whole one if it is short."""
    padded = literal(" ") + column + literal(" ")
    return padded.contains(f" {word}" if len(word) >= MIN_PREFIX else f" {word} ", autoescape=True)


def _proposes_one_of(test: Callable[[Column], Condition]) -> Condition:
    """Papers that propose a method whose name, or another name of it, passes a test of its key."""
    named = select_columns(Method.id).where(test(col(Method.key)))
    called = select_columns(Alias.entity_id).where(test(col(Alias.key)))
    proposed = or_(col(Link.target_id).in_(named), col(Link.target_id).in_(called))
    return col(Paper.id).in_(select_columns(Link.source_id).where(Link.relation == Relation.PROPOSES, proposed))


Tier = tuple[str, Callable[[TextQuery], Condition]]
"""What matched, and the condition for it."""


def _title_words(asked: TextQuery) -> Condition:
    return and_(true(), *(col(Paper.title_key).contains(word, autoescape=True) for word in asked.words))


TIERS: tuple[Tier, ...] = (
    ("method", lambda asked: _proposes_one_of(lambda key: key == name_key(asked.text))),
    ("id", lambda asked: col(Paper.id).in_(asked.named)),
    ("title", lambda asked: col(Paper.title_key) == title_key(asked.text)),
    ("method", lambda asked: _proposes_one_of(lambda key: key.startswith(name_key(asked.text), autoescape=True))),
    ("title", lambda asked: col(Paper.title_key).contains(title_key(asked.text), autoescape=True)),
    ("title", _title_words),
    ("authors", lambda asked: and_(true(), *map(_in_authors, asked.words))),
    ("venue", lambda asked: and_(true(), *map(_in_venue, asked.words))),
)
"""The best matches first; what matches by words of the text, or by words of several fields, comes after them."""
TEXT = "text"


EXACT = 3
"""Number of tiers of an exact id, name or title."""


def relevance(asked: TextQuery) -> tuple[SortKey, ...]:
    """The order of matches, best first: by tier, then by words that are missing, or are not in the title."""
    return SortKey(_tier_of(asked)), SortKey(_distance(asked))


def _tier_of(asked: TextQuery) -> Column:
    return case(*((condition(asked), at) for at, (_, condition) in enumerate(TIERS)), else_=len(TIERS))


def _distance(asked: TextQuery) -> Column:
    in_title = [or_(*(col(Paper.title_key).contains(form) for form in forms_of(word))) for word in asked.words]
    elsewhere = literal(len(in_title)) - _number_of(in_title)
    if asked.strict:
        return elsewhere
    return elsewhere - (MAX_WORDS + 1) * _number_of([_has_word(asked, word) for word in asked.words])


@dataclass(frozen=True)
class TextMatch:
    """What of a paper matched: `id`, `method`, `title`, `authors`, `venue` or `text`; `exact`: the whole of it."""

    field: str
    exact: bool


def matches_of(session: Session, asked: TextQuery, papers: Iterable[int]) -> dict[int, TextMatch]:
    """What matched in each of these papers."""
    names = [*(name for name, _ in TIERS), TEXT]
    found: dict[int, TextMatch] = {}
    for part in chunks(papers):
        statement: Selected = select_columns(Paper.id, _tier_of(asked)).where(col(Paper.id).in_(part))
        found |= {number: TextMatch(names[tier], tier < EXACT) for number, tier in rows(session, statement)}
    return found


def methods_called(session: Session, papers: Iterable[int], typed: str) -> dict[int, str]:
    """The other names, as stored, by which the papers' methods match what was typed."""
    begins = col(Alias.key).startswith(name_key(typed), autoescape=True)
    statement = select_columns(Link.source_id, Alias.name).join(Alias, col(Alias.entity_id) == col(Link.target_id))
    named = statement.where(Link.relation == Relation.PROPOSES, begins)
    return {
        number: name
        for part in chunks(papers)
        for number, name in rows(session, named.where(col(Link.source_id).in_(part)))
    }
