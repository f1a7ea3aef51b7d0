"""Parse lists of people in one text, as tables, reference managers and JSON print them."""

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wamkg.importing.markup import without_markup
from wamkg.names import PersonName, is_group, is_indexed, is_suffix, parse_indexed, parse_name

_NOBODY = re.compile(
    r"\[?(?:no authors?(?: name| id)?s?(?: (?:available|listed|given))?|authors? (?:unknown|not (?:available|listed))|"
    r"anon(?:ymous)?|unknown(?: authors?)?|n\.?/?a\.?|none|null|nan|s\. ?n\.|-+)\]?\.?",
    re.I,
)
_CUT = re.compile(
    r"(?:^|[\s,;&|]+)(?:(?:and|&|und)\s+(?:(?:\d+|many)\s+)?(?:others|more|colleagues)|et\.?\s*al(?:ii|ia|\.)?|u\.\s?a\.)[\s.]*$"
    r"|(?:^|[,;|]\s*)others[\s.]*$|[\s,;|]*(?:\.{3,}|…)[\s.]*$",
    re.I,
)
_ONLY_AND = re.compile(r"^(?:and|&)\s+|\s+(?:and|&)$", re.I)
_PARTED = re.compile(r"\s*[;；|、\n]\s*")
_JOINED = re.compile(r",?\s+(?:and|&|und)\s+|,\s*&\s*", re.I)
_COMMA = re.compile(r"\s*[,，]\s*")
_CJK_NAMES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·]{2,}")
_LISTED = re.compile(r"\s*\[\s*(['\"]).*\1\s*,?\s*\]\s*", re.S)
_ID_BEHIND = re.compile(r"\s*\((?:\d{3,}|0000-[\dX-]+)\)$")
_MARK = r"(?:\d{1,3}(?!\d)|[*†‡§¶])[*†‡§¶]*"
_MARKS = re.compile(rf"(?<=[^\W\d_]){_MARK}(?:\s*,\s*{_MARK})*$|[*†‡§¶]+$")
_ONLY_MARKS = re.compile(rf"{_MARK}")
_DEGREE = re.compile(
    r"(?:[Pp][Hh]\.?\s?[Dd]|M\.?D|M\.?[Ss][Cc]|B\.?[Ss][Cc]|Dr\.?P\.?H|D\.?[Pp]hil|M\.?P\.?H|M\.?B\.?A|M\.?A|FRCS|R\.?N|"
    r"M\.?L\.?S|M\.?S\.?W|M\.?[Ee]d|[Ee]d\.?D|[Ss]c\.?D|D\.?[Ss]c|J\.?D|LL\.?[MB]|[Pp]harm\.?D|M\.?H\.?S|B\.?[AS]|M\.?[SN]|BSN|MSN|"
    r"DNP|DDS|DVM|LCSW|MPP|MPA|[Ee]ds?)\.?"
)
"""Academic degrees, and the remark that someone is an editor. Case matters: "Ma" and "Md" are names."""
_TITLES = re.compile(r"^(?:(?:prof|dr|ing|dipl|mr|mrs|ms|rer|nat|med|habil|assoc|asst)\b\.?-?\s*)+(?=\w)", re.I)
_GLUED = re.compile(r"(?<=[a-zà-öø-ÿāăąćčďēęěğģīįķļłńņňōőŕřśşšţťūůűźżž)])(?=[A-ZÀ-ÖØ-ÞĀČĐĒĞİŁŃŌŐŘŚŞŠŪŰŹŻŽ])")
_NEVER_CUT_BEHIND = re.compile(r"(?:\b|[^a-z])(?:Mc|Mac|Fitz|O['’]|D['’]|De|Di|Du|La|Le|Lo|Van|Von|El|Al|Mc[A-Z]\w*-)$")


@dataclass
class People:
    """Names in list order; `cut` if the list says that further people follow."""

    names: list[PersonName] = field(default_factory=list)
    cut: bool = False
    doubts: list[str] = field(default_factory=list)


def read_people(texts: Iterable[str], *, indexed: bool = False, one_comma_parts_names: bool = False) -> People:
    """Read people from texts that contain one or more names each.

    With `indexed`, bare initials after a name are the given name; otherwise all names together decide. With
    `one_comma_parts_names`, "Anna Bell, Bo Cole" is two people; otherwise the family name comes first.
    """
    people = People()
    pieces: list[str] = []
    for text in texts:
        pieces += split_people(text, people, one_comma_parts_names)
    plain = [piece for piece in pieces if "," not in piece]
    turned = indexed or (len(plain) == len(pieces) and bool(plain) and all(is_indexed(piece) for piece in plain))
    people.names = [parse_indexed(piece) if turned else parse_name(piece) for piece in pieces]
    return people


def indexed_names(names: Sequence[str]) -> list[PersonName]:
    """Return names as bibliographic indexes print them, "Smith J", in parts; empty unless all are printed so.

    The full stop of a sentence behind the last name is part of it only if the other names have one too.
    """
    if not names or not all(is_indexed(name) for name in names):
        return []
    dotted = all("." in name for name in names)
    return [parse_indexed(name.rstrip(".") + "." * dotted) for name in names]


def split_people(text: str, people: People, one_comma_parts_names: bool = False) -> list[str]:
    """Return the names in one text as written; records in `people` whether the list is shortened, and any guess."""
    text = _printed_list(text) or text
    if "&" in text or "<" in text:
        text = "\n".join(without_markup(line) for line in text.split("\n"))
    bare = _cut_end(" ".join(text.replace("\n", ";").split()).strip(" ,;|"), people)
    if _NOBODY.fullmatch(bare):
        people.doubts += [f"author {bare!r} says that nobody is named"] if bare.lower().startswith("anon") else []
        return []
    names: list[str] = []
    for part in _PARTED.split(bare):
        part = _cut_end(part.strip(" ,"), people)  # noqa: PLW2901
        for one in _joined(part):
            names += _between_commas(one, people, one_comma_parts_names)
    clean = (_ID_BEHIND.sub("", _MARKS.sub("", name.strip())).strip() for name in names)
    return [name for name in clean if name and not _NOBODY.fullmatch(name)]


def is_nobody(text: str) -> bool:
    """Whether words only say that there is no name."""
    return _NOBODY.fullmatch(text.strip()) is not None


def split_glued(text: str, people: People) -> list[str]:
    """Split names that a publisher's table joins: "Ann BellCarl Dorn". Titles such as "Prof." are removed."""
    words, starts = text.split(), [0]
    pieces: list[str] = []
    for number, word in enumerate(words):
        cut = _place_of_cut(word) if 0 < number < len(words) - 1 else None
        if cut is None or len(pieces) == starts[-1]:
            pieces.append(word)
            continue
        pieces.append(word[:cut])
        starts.append(len(pieces))
        pieces.append(word[cut:])
    ends = [*starts[1:], len(pieces)]
    names = [_TITLES.sub("", " ".join(pieces[a:b])).strip() for a, b in zip(starts, ends, strict=True)]
    if any(len(name.split()) > 5 for name in names):
        people.doubts.append(f"authors run together cannot be told apart for sure: {text[:80]!r}")
    return [name for name in names if name]


def _place_of_cut(word: str) -> int | None:
    places = [found.start() for found in _GLUED.finditer(word)]
    sure = [place for place in places if not _NEVER_CUT_BEHIND.search(word[:place])]
    doubtful = [place for place in places if not re.search(r"(?:Mc|['’])$", word[:place])]
    places = sure or doubtful
    return places[-1] if places else None


def _printed_list(text: str) -> str | None:
    """Return the names of a list printed by Python or JSON, one per line."""
    if not _LISTED.fullmatch(text):
        return None
    try:
        listed = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return "\n".join(str(name) for name in listed) if isinstance(listed, list) else None


def _cut_end(text: str, people: People) -> str:
    bare = _CUT.sub("", text).strip(" ,;")
    if bare == text:
        return text
    people.cut = True
    return _ONLY_AND.sub("", bare)


def _joined(text: str) -> list[str]:
    """Join names around an "and"; a group name that contains "and" stays whole."""
    parts = [part for part in _JOINED.split(text) if part]
    if len(parts) < 2:
        return parts
    first, *_, last = parts
    if "," not in text and is_group(last) and (len(first.split()) == 1 or len(last.split()) == 1):
        return [text]
    if "," not in first and len(first.split()) > 1 and is_group(first) and not is_group(last):
        return [text]
    return parts


def _between_commas(text: str, people: People, one_comma_parts_names: bool) -> list[str]:
    marked = [part for part in _COMMA.split(text) if part and not _ONLY_MARKS.fullmatch(part)]
    printed = [_MARKS.sub("", part) for part in marked] if len(marked) > 1 else marked
    bare = _without_degrees(printed) if len(printed) > 1 else printed
    parts = _with_suffixes(bare)
    if len(parts) < 2:
        return parts
    if all(_CJK_NAMES.fullmatch(part) for part in parts) and (len(parts) > 2 or "，" in text):
        return parts
    whole = [_is_whole(part) for part in parts]
    turned = all(is_indexed(part) for part in parts)
    if one := _one_person(parts, whole):
        return [one]
    if len(parts) == 2:
        split_at_comma = one_comma_parts_names or len(bare) < len(printed)
        both = turned or (split_at_comma and all(whole) and not parts[0][:1].islower())
        return parts if both else [", ".join(parts)]
    return parts if turned or all(whole) else _by_turns(parts, whole, people)


def _one_person(parts: list[str], whole: list[bool]) -> str | None:
    """Return a name that only one person's parts make: "Bell III, Anna", "Bell, Jr., Anna", "Bell, Anna, C."."""
    behind_family = is_suffix(parts[0].split()[-1]) if len(parts) == 2 else len(parts) == 3 and is_suffix(parts[1])
    if behind_family:
        return ", ".join(parts)
    two_people = whole[0] and whole[1] and not parts[0][:1].islower() if len(parts) == 3 else True
    initials = not two_people and _is_initials(parts[2])
    return f"{parts[0]}, {parts[1]} {parts[2]}" if initials else None


def _without_degrees(parts: list[str]) -> list[str]:
    """Remove academic degrees from the parts; after a family name alone, "M.A." is initials."""
    kept: list[str] = []
    for number, part in enumerate(parts):
        only_degrees = len(kept) == 2 and all(map(_DEGREE.fullmatch, parts[number:]))
        whole = bool(kept) and (_is_whole(kept[-1]) or only_degrees)
        if not (number and _DEGREE.fullmatch(part) and (whole or not _is_initials(part))):
            kept.append(part)
    return kept


def _by_turns(parts: list[str], whole: list[bool], people: People) -> list[str]:
    """Read alternating family and given names ("Bell, A., Cole, B."), or else names between commas."""
    families, given = parts[::2], parts[1::2]
    sure = all(map(_is_initials, given))
    if len(parts) % 2 or not (sure or not any(whole)):
        people.doubts.append(f"authors are split at every comma: {', '.join(parts)[:80]!r}")
        return parts
    if not sure:
        people.doubts.append(f"authors are taken for family and given names by turns: {', '.join(parts)[:80]!r}")
    return [f"{f}, {g}" for f, g in zip(families, given, strict=True)]


def _with_suffixes(parts: list[str]) -> list[str]:
    """Join each suffix to the whole name before it."""
    joined: list[str] = []
    for part in parts:
        if joined and is_suffix(part) and (_is_whole(joined[-1]) or len(parts) == 2):
            joined[-1] += f" {part}"
        elif len(joined) > 1 and is_suffix(part):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _is_whole(name: str) -> bool:
    """Whether words may be a given and a family name together."""
    words = name.split()
    return len(words) > 1 and not _is_initials(name) and sum(len(word.strip(".")) > 1 for word in words) > 0


def _is_initials(text: str) -> bool:
    letters = re.sub(r"[\s.\-]", "", text)
    return 0 < len(letters) <= (4 if "." in text else 3) and letters.isupper()
