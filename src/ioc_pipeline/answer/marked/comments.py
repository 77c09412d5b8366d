"""Comments of cells: their texts in one part, their boxes in a drawing (VML) that every program still wants."""

import re
from collections.abc import Mapping
from html import escape

from lxml import etree

from ioc_pipeline.answer.marked.marks import AUTHOR, NOTE_BEGINS, Mark, Position, own_words
from ioc_pipeline.answer.marked.package import Package, new_root, text_of
from ioc_pipeline.domain.addresses import cell_address

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LETTERS_A_LINE = 44

_VML = """\
<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>
</xml>
"""
_SHAPE = """\
<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{number}" type="#_x0000_t202" \
style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">\
<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>\
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>
"""


class Comments:
    """The comments of one sheet, the sender's among them."""

    def __init__(self, package: Package, sheet: str, namespace: str, relation: str) -> None:
        """`sheet` is the sheet's part, `relation` what the types of relationships begin with in this package."""
        self._package, self._sheet, self._namespace, self._relation = package, sheet, namespace, relation
        found = package.related(sheet, "comments")
        self._root = package.tree(found) if found else self._new_part()
        self._authors = self._child("authors")
        self._list = self._child("commentList")

    @staticmethod
    def are_ours(package: Package, sheet: str) -> bool:
        """Whether an earlier answer has said something in this sheet."""
        part = package.related(sheet, "comments")
        return part is not None and NOTE_BEGINS.strip().encode() in package.parts[part]

    def take_back(self) -> set[str]:
        """Remove what we said before; gives the cells (A1) that we had marked."""
        marked = set()
        for comment in list(self._list):
            text = text_of(comment)
            theirs = own_words(text)
            if theirs == text:
                continue
            marked.add(str(comment.get("ref")))
            if theirs:
                self._write(comment, theirs)
            else:
                self._list.remove(comment)
        return marked

    def add(self, marks: Mapping[Position, Mark]) -> str | None:
        """Say what is wrong at each cell; gives the relationship of a new drawing that the sheet must refer to."""
        by_cell = {str(comment.get("ref")): comment for comment in self._list}
        boxes = []
        for (row, column), mark in sorted(marks.items()):
            cell = cell_address(row, column)
            if (comment := by_cell.get(cell)) is not None:
                self._write(comment, text_of(comment) + "\n" + mark.comment)
                continue
            comment = etree.SubElement(self._list, self._name("comment"), ref=cell, authorId=self._author())
            self._write(comment, mark.comment)
            boxes.append((row, column, mark.comment))
        return self._draw(boxes)

    def _draw(self, boxes: list[tuple[int, int, str]]) -> str | None:
        part = self._package.related(self._sheet, "vmlDrawing")
        is_new = part is None
        if part is None:
            part = self._package.free_name("xl/drawings/vmlDrawing{}.vml")
            self._package.parts[part] = _VML.encode()
            self._package.declare_extension("vml", VML_TYPE)
        drawing = self._package.parts[part]
        numbers = [int(number) for number in re.findall(rb"_x0000_s(\d+)", drawing)]
        first = max([1024, *numbers]) + 1
        shapes = "".join(_shape(number, *box) for number, box in enumerate(boxes, first))
        # Excel's own VML is not always well-formed, so it is added to as text.
        before, end, after = drawing.rpartition(b"</xml>")
        self._package.parts[part] = before + shapes.encode() + end + after
        return self._package.relate(self._sheet, f"{self._relation}/vmlDrawing", part) if is_new else None

    def _new_part(self) -> etree._Element:
        name = self._package.free_name("xl/comments{}.xml")
        root = new_root(self._namespace, "comments")
        self._package.add(name, COMMENTS_TYPE, root)
        self._package.relate(self._sheet, f"{self._relation}/comments", name)
        return root

    def _author(self) -> str:
        for number, author in enumerate(self._authors):
            if author.text == AUTHOR:
                return str(number)
        etree.SubElement(self._authors, self._name("author")).text = AUTHOR
        return str(len(self._authors) - 1)

    def _write(self, comment: etree._Element, text: str) -> None:
        for old in list(comment):
            comment.remove(old)
        run = etree.SubElement(etree.SubElement(comment, self._name("text")), self._name("r"))
        words = etree.SubElement(run, self._name("t"))
        words.text = text
        words.set(_XML_SPACE, "preserve")

    def _child(self, tag: str) -> etree._Element:
        found = self._root.find(self._name(tag))
        return etree.SubElement(self._root, self._name(tag)) if found is None else found

    def _name(self, tag: str) -> str:
        return f"{{{self._namespace}}}{tag}"


def _shape(number: int, row: int, column: int, text: str) -> str:
    """The box of one comment, beside its cell and as high as its text."""
    lines = sum(len(line) // _LETTERS_A_LINE + 1 for line in text.split("\n"))
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 2, {column + 5}, 31, {max(row - 1, 0) + lines + 1}, 4"
    return _SHAPE.format(number=number, anchor=escape(anchor), row=row, column=column)
