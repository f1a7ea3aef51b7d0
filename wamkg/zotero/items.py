"""What an item of Zotero is as a record here, and what the survey says of its paper as tags and a note there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape

from wamkg.json_types import UncheckedObject
from wamkg.views.paper_details import AssignmentItem
from wamkg.vocabulary import AssignmentStatus
from wamkg.zotero.api import ZoteroItem

OWN = "wamkg:"
"""Begins every tag that a push writes."""
_KEY_LINE = re.compile(r"^\s*citation key\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_ELEMENT = re.compile(r"<[^>]*>")


def csl_row(item: ZoteroItem) -> UncheckedObject:
    """The item as CSL-JSON, with its citation key if it has one, and its own tags as keywords.

    Zotero's number of the item is left out: it is not a citation key.
    """
    row = {name: value for name, value in item.csl.items() if name not in ("id", "citation-key")}
    said = _KEY_LINE.search(str(item.data.get("extra") or ""))
    key = item.data.get("citationKey") or (said.group(1) if said else None)
    if said and isinstance(row.get("note"), str):
        row["note"] = _KEY_LINE.sub("", row["note"]).strip() or None
    words = [tag for tag in tags_of(item) if not tag.startswith(OWN)]
    more = {"id": key} if key else {}
    return row | more | ({"keyword": ", ".join(words)} if words else {})


def tags_of(item: ZoteroItem) -> list[str]:
    """The tags of an item in their order."""
    return [str(tag["tag"]) for tag in item.data.get("tags", [])]


def note_tag(taxonomy: str) -> str:
    """Tag of the notes that a push writes for one taxonomy, by which the next push finds them."""
    return f"{OWN}note/{taxonomy}"


def class_tags(taxonomy: str, assignments: Sequence[AssignmentItem]) -> list[str]:
    """One tag for each live assignment, such as `wamkg:wam/joint/diffusion` or `wamkg:wam/outside`."""
    return list(dict.fromkeys(f"{OWN}{taxonomy}/{each.taxon or each.status}" for each in assignments))


def note_html(taxonomy: str, assignments: Sequence[AssignmentItem]) -> str:
    """Why the paper is where it is: class, quote, remark, who decided and when."""
    parts = [f"<p><strong>Classified in {escape(taxonomy)}</strong></p>"]
    for each in assignments:
        place = each.name or each.status
        path = f" ({each.taxon})" if each.taxon else ""
        kind = f", {each.kind}" if each.kind and each.status == AssignmentStatus.OUTSIDE else ""
        parts.append(f"<p>{escape(place)}{escape(path)}{escape(kind)}</p>")
        if each.evidence:
            where = f", {escape(each.evidence_location)}" if each.evidence_location else ""
            parts.append(f"<blockquote><p>{escape(each.evidence)}</p></blockquote><p>Evidence{where}</p>")
        parts += [f"<p>{escape(text)}</p>" for text in (each.reason, each.note) if text]
        parts.append(f"<p>{escape(each.by)}, {each.at:%Y-%m-%d}</p>")
    return "".join(parts)


def text_of(html: str) -> str:
    """The words of a note, without its elements: Zotero's editor rewrites these."""
    return " ".join(unescape(_ELEMENT.sub(" ", html)).split())


@dataclass(frozen=True)
class ItemChange:
    """What one item lacks: tags to add and to remove, and the note that is written anew or for the first time."""

    item: ZoteroItem
    added: list[str]
    removed: list[str]
    note: UncheckedObject | None

    @property
    def objects(self) -> list[UncheckedObject]:
        """The objects to write."""
        item = self.item
        kept = [tag for tag in item.data.get("tags", []) if tag["tag"] not in self.removed]
        tags = [*kept, *({"tag": tag} for tag in self.added)]
        changed = [{"key": item.key, "version": item.version, "tags": tags}] if self.added or self.removed else []
        return [*changed, *([self.note] if self.note else [])]


def change_of(
    item: ZoteroItem, note: ZoteroItem | None, taxonomy: str, assignments: Sequence[AssignmentItem]
) -> ItemChange | None:
    """What is to be written for the live assignments of the item's paper in one taxonomy; None if nothing is."""
    wanted, has = class_tags(taxonomy, assignments), tags_of(item)
    added = [tag for tag in wanted if tag not in has]
    removed = [tag for tag in has if tag.startswith(f"{OWN}{taxonomy}/") and tag not in wanted]
    said = _note_change(item, note, note_html(taxonomy, assignments) if assignments else "", note_tag(taxonomy))
    return ItemChange(item, added, removed, said) if added or removed or said else None


def _note_change(item: ZoteroItem, note: ZoteroItem | None, html: str, tag: str) -> UncheckedObject | None:
    if note is None:
        new = {"itemType": "note", "parentItem": item.key, "note": html, "tags": [{"tag": tag}]}
        return new if html else None
    wanted = html or "<p>Not classified.</p>"
    if text_of(str(note.data.get("note", ""))) == text_of(wanted):
        return None
    return {"key": note.key, "version": note.version, "note": wanted}
