"""The summary as a worksheet part: texts stand in their cells, so that nothing in them is ever a formula."""

from html import escape

from lxml import etree

from ioc_pipeline.answer.marked.marks import SUMMARY_TITLE
from ioc_pipeline.answer.marked.package import new_root, parse
from ioc_pipeline.answer.marked.styles import FILLS, Styles
from ioc_pipeline.answer.marked.summary import (
    EXPLAINS,
    HEADER,
    LINK_COLUMN,
    TICK_COLUMN,
    TICKED,
    WIDTHS,
    Summary,
)
from ioc_pipeline.answer.sheets import height_of
from ioc_pipeline.domain.addresses import cell_address, column_letters

_LAST = column_letters(len(HEADER) - 1)


def summary_part(summary: Summary, styles: Styles, namespace: str) -> etree._Element:
    """The whole part, its elements in the order of the schema."""
    return _Part(summary, styles, namespace).root


class _Part:
    def __init__(self, summary: Summary, styles: Styles, namespace: str) -> None:
        self._namespace = namespace
        self.root = new_root(namespace, "worksheet")
        fit = etree.SubElement(etree.SubElement(self.root, self._name("sheetPr")), self._name("pageSetUpPr"))
        fit.set("fitToPage", "1")
        views = etree.SubElement(self.root, self._name("sheetViews"))
        view = etree.SubElement(views, self._name("sheetView"), tabSelected="1", workbookViewId="0", showGridLines="0")
        columns = etree.SubElement(self.root, self._name("cols"))
        for number, width in enumerate(WIDTHS, 1):
            etree.SubElement(
                columns, self._name("col"), min=str(number), max=str(number), width=str(width), customWidth="1"
            )
        self._rows: list[str] = []
        self._number = 0
        plain, bold = styles.worded(), styles.worded(bold=True)
        self._row([(SUMMARY_TITLE, styles.worded(bold=True, size=14, colour="FF9C0006"))], height=22)
        self._row([(EXPLAINS, plain)], height=32)
        for name, value in summary.lines:
            self._row([(name, bold), ("", plain), (value, plain)])
        merged = [f"A{row}:{_LAST}{row}" for row in (1, 2)]
        merged += [cells for row in range(3, self._number + 1) for cells in (f"A{row}:B{row}", f"C{row}:{_LAST}{row}")]
        self._row([])
        self._row([(text, styles.worded(bold=True, fill="FFD9E1F2", boxed=True)) for text in HEADER])
        etree.SubElement(view, self._name("pane"), ySplit=str(self._number), topLeftCell=f"A{self._number + 1}",
                         activePane="bottomLeft", state="frozen")  # fmt: skip
        self._problems(summary, styles)
        # A row as text and all of them parsed at once: a quarter of the price of an element for each cell.
        self.root.append(parse(f'<sheetData xmlns="{namespace}">{"".join(self._rows)}</sheetData>'.encode()))
        self._rest(summary, merged)

    def _problems(self, summary: Summary, styles: Styles) -> None:
        self._first = self._number + 1
        boxed = styles.worded(boxed=True)
        levels = {severity: styles.worded(bold=True, fill=colour, boxed=True) for severity, colour in FILLS.items()}
        link = styles.worded(colour="FF0563C1", boxed=True)
        self._links: list[tuple[str, str, str]] = []
        for problem, texts in summary.rows():
            cells = [(text, boxed) for text in texts]
            cells[1] = (texts[1], levels[problem.severity])
            if target := summary.link_of(problem):
                cells[LINK_COLUMN] = (texts[LINK_COLUMN], link)
                self._links.append((cell_address(self._number, LINK_COLUMN), target, texts[LINK_COLUMN]))
            self._row(cells, height=height_of(texts, WIDTHS))

    def _rest(self, summary: Summary, merged: list[str]) -> None:
        cells = etree.SubElement(self.root, self._name("mergeCells"), count=str(len(merged)))
        for each in merged:
            etree.SubElement(cells, self._name("mergeCell"), ref=each)
        rules = etree.SubElement(self.root, self._name("dataValidations"), count="1")
        ticks = (
            f"{column_letters(TICK_COLUMN)}{self._first}:{column_letters(TICK_COLUMN)}{max(self._number, self._first)}"
        )
        rule = etree.SubElement(rules, self._name("dataValidation"), type="list", allowBlank="1", sqref=ticks)
        etree.SubElement(rule, self._name("formula1")).text = f'"{TICKED}"'
        if self._links:
            links = etree.SubElement(self.root, self._name("hyperlinks"))
            for cell, target, text in self._links:
                etree.SubElement(links, self._name("hyperlink"), ref=cell, location=target, display=text)
        etree.SubElement(self.root, self._name("pageMargins"), left="0.4", right="0.4", top="0.5", bottom="0.5",
                         header="0.3", footer="0.3")  # fmt: skip
        etree.SubElement(self.root, self._name("pageSetup"), paperSize="9", orientation="landscape", fitToHeight="0")

    def _row(self, cells: list[tuple[str, int]], *, height: int = 0) -> None:
        written = [
            f'<c r="{cell_address(self._number, column)}" s="{style}"'
            + (f' t="inlineStr"><is><t xml:space="preserve">{escape(text, quote=False)}</t></is></c>' if text else "/>")
            for column, (text, style) in enumerate(cells)
        ]
        size = f' ht="{height}" customHeight="1"' if height else ""
        self._rows.append(f'<row r="{self._number + 1}"{size}>{"".join(written)}</row>')
        self._number += 1

    def _name(self, tag: str) -> str:
        return f"{{{self._namespace}}}{tag}"
