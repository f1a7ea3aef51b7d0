"""Convert matplotlib's SVG for pages and readers: classes, links, tooltips, an embedded font."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wamkg.figures.fonts import face_rules

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_DRAWN_BY_MATPLOTLIB = re.compile(r"[a-z]+_\d+")
_SAFE_LINKS = ("http://", "https://", "/", "#", "./", "../")


@dataclass(frozen=True)
class Element:
    """The content of an SVG element besides its shape: tooltip, link and `data-` attributes."""

    element_id: str
    tooltip: str
    href: str
    data: Mapping[str, str]


def decorate(
    data: bytes, title: str, alt: str, elements: Mapping[str, Element], texts: Sequence[tuple[str, bool]]
) -> bytes:
    """Return the SVG with title and description, classes instead of part ids, links, tooltips and its own fonts."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(data)
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    for group in list(root.iter(f"{{{SVG}}}g")):
        _name(group, elements)
    root.set("role", "img")
    root.set("aria-labelledby", "figure-title figure-description")
    for position, (tag, text) in enumerate((("title", title), ("desc", alt))):
        child = ET.Element(f"{{{SVG}}}{tag}", {"id": "figure-title" if tag == "title" else "figure-description"})
        child.text = text
        root.insert(position, child)
    style = root.find(f"{{{SVG}}}defs/{{{SVG}}}style")
    if style is not None:
        style.text = f"{style.text or ''}\n{face_rules(texts)}\n"
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _name(group: ET.Element, elements: Mapping[str, Element]) -> None:
    name = group.get("id", "")
    if _DRAWN_BY_MATPLOTLIB.fullmatch(name):
        del group.attrib["id"]
        return
    role, _, number = name.partition("|")
    if number:
        del group.attrib["id"]
        group.set("class", role)
        return
    element = elements.get(name)
    if element is None:
        return
    for key, value in element.data.items():
        group.set(f"data-{key}", value)
    children = list(group)
    for child in children:
        group.remove(child)
    tooltip = ET.SubElement(group, f"{{{SVG}}}title")
    tooltip.text = element.tooltip
    holder = group
    if element.href.startswith(_SAFE_LINKS):
        holder = ET.SubElement(group, f"{{{SVG}}}a", {f"{{{XLINK}}}href": element.href})
    holder.extend(children)
