"""Reading pictures: SVG as a browser does, and what `draw` has put into the source."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}title"
ELEMENTS = {SVG + name for name in ("svg", "g", "a", "title", "text", "polygon", "polyline", "path")}


def parsed(picture: Any) -> ET.Element:
    """Return the SVG of a picture, in which nothing is but what Graphviz draws with."""
    root = ET.fromstring(picture.pipe("svg"))
    assert {element.tag for element in root.iter()} <= ELEMENTS
    return root


def shown(element: ET.Element, **attributes: str) -> list[str]:
    """List the texts; Graphviz writes every second of adjoining spaces as one that XML does not merge."""
    texts = [text for text in element.iter(SVG + "text") if attributes.items() <= text.attrib.items()]
    return [(text.text or "").replace("\xa0", " ") for text in texts]


def groups(root: ET.Element, kind: str) -> list[ET.Element]:
    """List the groups of a kind: nodes, edges or clusters."""
    return [group for group in root.iter(SVG + "g") if group.get("class") == kind]


def boxes(picture: Any) -> dict[str, list[str]]:
    """Return the texts of each node, by its name in the source."""
    return {group.findtext(SVG + "title") or "": shown(group) for group in groups(parsed(picture), "node")}


def edges(picture: Any) -> list[str]:
    """List the lines of the source that are edges."""
    return [line.strip() for line in picture.body if " -> " in line]


def arrows(picture: Any) -> dict[tuple[str, str], dict[str, str]]:
    """Return tail and head (with its port) of each edge, and its attributes."""
    found = {}
    for line in edges(picture):
        ends, _, rest = line.partition(" [")
        tail, head = ends.split(" -> ")
        values = re.findall(r'(\w+)=(?:"([^"]*)"|<(.*)>|([^\s"<>\]]+))', rest)
        found[tail, ":".join(head.split(":")[:2])] = {name: "".join(value) for name, *value in values}
    return found


def caption(picture: Any) -> list[str]:
    """List the texts above the graph: title, remarks and legend."""
    (graph,) = groups(parsed(picture), "graph")
    own = [element for element in graph if element.get("class") not in ("node", "edge", "cluster")]
    return [text for element in own for text in shown(element)]
