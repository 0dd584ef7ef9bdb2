"""A note inside a result on how a run made it: JSON in an XMP packet, alike in every file format."""

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
    """Returns the note ``made_with`` as an XMP packet; None when it is longer than ``_MOST`` bytes."""
    # The JSON is ASCII: file names may hold characters that XML forbids, or bytes that are no text.
    text = json.dumps(made_with, separators=(",", ":"))
    encoded = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:nst="{_SPACE}" nst:made-with={quoteattr(text)}/>'
        "</rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    ).encode()
    return encoded if len(encoded) <= _MOST else None


def made_with(path: Path) -> dict[str, Any] | None:
    """Returns the note that ``packet`` put into a file; None when there is none.

    Raises ``FileNotFoundError`` when there is no file, and ``PictureError`` for a pipe that gives
    nothing, or a device.
    """
    xmp = _packet_in(path)
    try:
        text = _found(ElementTree.fromstring(xmp)) if xmp else None
        values = json.loads(text) if text else None
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _packet_in(path: Path) -> bytes | None:
    try:
        source = source_of(path, f"picture “{path.name}”")
        if is_tiff(source):
            with tifffile.TiffFile(source) as file:
                xmp = tiff_page(file).tags.valueof(_XMP_TAG)
        else:
            with image_in(source) as image:
                xmp = image.info.get("xmp")
    except (FileNotFoundError, IsADirectoryError, PermissionError, PictureError):
        raise
    except Exception:  # a decoder may raise anything for bytes that are no picture
        return None
    if isinstance(xmp, str):
        xmp = xmp.encode()
    return xmp.strip(b"\0") if isinstance(xmp, bytes) else None


def _found(tree: ElementTree.Element) -> str | None:
    """Returns the text of our property: an attribute, or an element if another program rewrote it as one."""
    name = f"{{{_SPACE}}}made-with"
    for element in tree.iter():
        if name in element.attrib:
            return element.attrib[name]
        if element.tag == name:
            return element.text
    return None
