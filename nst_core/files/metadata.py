"""What a run was made with, inside the file that it made: JSON in an XMP packet, in every kind alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import tifffile

from nst_core.files.deep import tiff_page
from nst_core.files.errors import PictureError
from nst_core.files.pillow import image_in
from nst_core.files.sources import is_tiff, source_of

_SPACE = "https://neural-style.invalid/1.0/"
_XMP_TAG = 700
_MOST = 65_000  # bytes of a packet: what one segment of a JPEG holds


def packet(made_with: dict[str, Any]) -> bytes | None:
    """Returns what a run was made with as an XMP packet; None when it is more than a file takes."""
    # ASCII alone: names may hold letters that XML has not, or bytes that are no text.
    text = json.dumps(made_with, separators=(",", ":"))
    whole = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:nst="{_SPACE}" nst:made-with={quoteattr(text)}/>'
        "</rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()
    return whole if len(whole) <= _MOST else None


def made_with(path: Path) -> dict[str, Any] | None:
    """Returns what ``packet`` put into a file; None when there is nothing.

    Raises ``OSError``, and ``PictureError`` for a pipe from which nothing comes.
    """
    xmp = _packet_in(path)
    try:
        found = _found(ElementTree.fromstring(xmp)) if xmp else None
        values = json.loads(found) if found else None
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _packet_in(path: Path) -> bytes | None:
    try:
        source = source_of(path, f"picture “{path.name}”")
        if is_tiff(source):
            with tifffile.TiffFile(source) as file:
                found = tiff_page(file).tags.valueof(_XMP_TAG)
        else:
            with image_in(source) as image:
                found = image.info.get("xmp")
    except (FileNotFoundError, PictureError):
        raise
    except Exception:  # bytes that are no picture: see files.reading
        return None
    if isinstance(found, str):
        found = found.encode()
    return found.strip(b"\0") if isinstance(found, bytes) else None


def _found(tree: ElementTree.Element) -> str | None:
    """Returns our property: an attribute, or an element as other programs may have rewritten it."""
    name = f"{{{_SPACE}}}made-with"
    for element in tree.iter():
        if name in element.attrib:
            return element.attrib[name]
        if element.tag == name:
            return element.text
    return None
