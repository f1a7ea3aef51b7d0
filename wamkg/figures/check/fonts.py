"""Check that a figure embeds fonts for all its texts."""

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from fontTools.ttLib import TTFont

from wamkg.figures.svg import SVG

_FACE = re.compile(rb"data:font/woff;base64,([A-Za-z0-9+/=]+)")


def font_findings(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Return (rule, element, detail) if no font is embedded, or if a text has characters that no embedded font has."""
    covered: set[int] = set()
    for encoded in _FACE.findall(data):
        covered |= TTFont(io.BytesIO(base64.b64decode(encoded))).getBestCmap().keys()
    if not covered:
        yield "embedded-font", "", "no font is embedded"
        return
    for element in ET.fromstring(data).iter(f"{{{SVG}}}text"):
        text = "".join(element.itertext())
        missing = "".join(char for char in text if ord(char) not in covered)
        if missing:
            yield "embedded-font", text, f"no embedded font has {missing!r}"
