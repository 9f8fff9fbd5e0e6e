"""What a Word file's styles say about letters: font, capitals, hidden; and which list a paragraph belongs to.

A run's own properties come first, then its character style, its paragraph's style (each with what it is based on),
then the document's defaults (ECMA-376 part 1, 17.7.2).
"""

from __future__ import annotations

from typing import NamedTuple

from ingest.word_package import Element, W

_FAR = 32  # styles based on styles: more than this is a circle
_OFF = ("0", "false", "off", "none")


class Face(NamedTuple):
    """How letters look; None where nothing says so."""

    font: str | None = None
    capitals: bool | None = None
    hidden: bool | None = None

    def over(self, under: Face) -> Face:
        """This face where it says something, else the one under it."""
        return Face(
            under.font if self.font is None else self.font,
            under.capitals if self.capitals is None else self.capitals,
            under.hidden if self.hidden is None else self.hidden,
        )


PLAIN = Face()


def is_on(node: Element | None) -> bool | None:
    """A switch of Word's (`<w:caps/>`, `<w:caps w:val="0"/>`): True, False, or None where it is absent."""
    return None if node is None else str(node.get(W + "val", "1")).lower() not in _OFF


def face_of(properties: Element | None) -> Face:
    """The face a `w:rPr` states."""
    if properties is None or not len(properties):
        return PLAIN
    fonts = properties.find(W + "rFonts")
    capitals = is_on(properties.find(W + "caps"))
    if capitals is None:
        capitals = is_on(properties.find(W + "smallCaps"))
    return Face(_font(fonts), capitals, is_on(properties.find(W + "vanish")))


def _font(fonts: Element | None) -> str | None:
    """The font of letters above ASCII, which are those that an old encoding changes; '' for a theme's font."""
    if fonts is None:
        return None
    if fonts.get(W + "hAnsiTheme") or fonts.get(W + "asciiTheme"):
        return ""
    font = fonts.get(W + "hAnsi") or fonts.get(W + "ascii")
    return None if font is None else str(font)


class _Style(NamedTuple):
    based_on: str | None
    face: Face
    list_id: str | None
    level: int | None
    borders: Element | None
    tabs: Element | None


def _read(node: Element) -> _Style:
    based_on = node.find(W + "basedOn")
    list_id, level = list_of(node.find(f"{W}pPr/{W}numPr"))
    return _Style(
        None if based_on is None else based_on.get(W + "val"),
        face_of(node.find(W + "rPr")),
        list_id,
        level,
        node.find(f"{W}tblPr/{W}tblBorders"),
        node.find(f"{W}pPr/{W}tabs"),
    )


class Styles:
    """The styles of one document, by their ids."""

    def __init__(self, root: Element | None) -> None:
        """`root` is the `w:styles` element, None where the file has no such part."""
        self._nodes: dict[str, Element] = {}
        self._styles: dict[str, _Style] = {}
        self._paragraph: str | None = None
        self._defaults = PLAIN
        self._faces: dict[tuple[str | None, str | None], Face] = {}
        self._lists: dict[str | None, tuple[str | None, int | None]] = {}
        if root is not None:
            self._defaults = face_of(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
            for node in root.iterfind(W + "style"):
                self._nodes[str(node.get(W + "styleId"))] = node
                if node.get(W + "type") == "paragraph" and node.get(W + "default") in ("1", "true", "on"):
                    self._paragraph = str(node.get(W + "styleId"))

    def _style(self, name: str | None) -> _Style | None:
        if name not in self._nodes:
            return None
        if name not in self._styles:
            self._styles[name] = _read(self._nodes[name])
        return self._styles[name]

    def chain(self, name: str | None) -> list[_Style]:
        """A style and what it is based on, nearest first."""
        found: list[_Style] = []
        while (style := self._style(name)) and len(found) < _FAR:
            found.append(style)
            name = style.based_on
        return found

    def face(self, run_style: str | None, paragraph_style: str | None) -> Face:
        """The face that the styles give to letters of a run."""
        key = (run_style, paragraph_style)
        if key not in self._faces:
            face = PLAIN
            for style in (*self.chain(run_style), *self.chain(paragraph_style or self._paragraph)):
                face = face.over(style.face)
            self._faces[key] = face.over(self._defaults)
        return self._faces[key]

    def listing(self, paragraph_style: str | None) -> tuple[str | None, int | None]:
        """The list and level that the paragraph's style puts it in."""
        if paragraph_style not in self._lists:
            chain = self.chain(paragraph_style or self._paragraph)
            list_id = next((style.list_id for style in chain if style.list_id is not None), None)
            level = next((style.level for style in chain if style.level is not None), None)
            self._lists[paragraph_style] = (list_id, level)
        return self._lists[paragraph_style]

    def tabs(self, paragraph_style: str | None) -> list[Element]:
        """The tab stops that the paragraph's style states, those of what it is based on first."""
        chain = self.chain(paragraph_style or self._paragraph)
        return [node for style in reversed(chain) if style.tabs is not None for node in style.tabs]

    def borders(self, table_style: str | None) -> list[Element]:
        """The table borders that a table style states, nearest first."""
        return [style.borders for style in self.chain(table_style) if style.borders is not None]


def list_of(listing: Element | None) -> tuple[str | None, int | None]:
    """The list id and the level that a `w:numPr` states, each None where it does not."""
    if listing is None:
        return None, None
    list_id, level = listing.find(W + "numId"), listing.find(W + "ilvl")
    return (
        None if list_id is None else list_id.get(W + "val"),
        None if level is None else whole(level.get(W + "val"), 0),
    )


def whole(text: object, default: int) -> int:
    """A whole number as Word writes it, or the default where it is none."""
    try:
        return int(str(text))
    except ValueError:
        return default
