"""Workbooks that nobody here wrote and generated attacks, where they lie beside the repository."""

import csv
import io
import math
import subprocess
import sys
import unicodedata
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import unquote_to_bytes

import pytest
from python_calamine import CalamineWorkbook, SheetTypeEnum

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.sources import Csv

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
MANIFEST = SHARED / "hostile" / "MANIFEST.csv"
FILES = {row["file"]: row for row in csv.DictReader(MANIFEST.open(encoding="utf-8"))} if MANIFEST.is_file() else {}
CODES = {  # what files of a class come back with; "loads" where some do and some do not
    "valid xlsx": {"loads"},
    "valid ods": {"loads"},
    "legacy-biff": {"loads", "password-protected", "old-workbook", "not-a-workbook"},
    "csv": {"loads", "csv-ragged", "csv-quote", "csv-delimiter"},
    "valid xlsb": {"binary-workbook"},
    "macro": {"macro-workbook", "binary-workbook"},
    "encrypted": {"password-protected"},
    "flat xml": {"xml-spreadsheet"},
    "flat html": {"html-file"},
    "bomb/XXE": {"xml-dtd", "unreadable-workbook"},
    "corrupt (fuzzer-found)": {"loads", "damaged-file", "not-a-workbook"},
    "corrupt (by name)": {"loads", "damaged-file", "binary-workbook", "csv-ragged"},
}
EXCEPTIONS = {  # files that are not what their class says
    "062_implicit-zip.csv": "workbook-named-csv",
    "097_51535.xls": "too-many-cells",  # a value in IV65536
    "127_issue252.xlsx": "damaged-file",  # inflates to more than it declares
    "128_duplicate-filename.xlsx": "unsafe-archive",
    "129_duplicate-filename-case-insensitive.xlsx": "unsafe-archive",
    "130_sample-beta.xlsx": "unreadable-workbook",  # points at texts that are not there
}
GENERATED_AS = {  # how the contract declares the generated CSVs
    "91_utf16le_bom.csv": Csv(delimiter="\t"),
    "96_semicolon_comma_decimal.csv": Csv(delimiter=";"),
}

Outcome = tuple[Workbook | SourceError, float]


def read_all(requests: list[ReadRequest]) -> list[Outcome]:
    """Results with the seconds each took."""
    outcomes = []
    started = monotonic()
    for result in read_deliveries(requests):
        outcomes.append((result, monotonic() - started))
        started = monotonic()
    return outcomes


def codes(result: Workbook | SourceError) -> list[str]:
    return [problem.code for problem in result.problems] if isinstance(result, SourceError) else ["loads"]


def is_same(found: Value, value: object) -> bool:
    """Calamine knows neither raised digits nor a text that stands where its reference should."""
    if isinstance(found, str) and isinstance(value, str):
        return unicodedata.normalize("NFKC", found) == unicodedata.normalize("NFKC", value) or value == ""
    return found == value or isinstance(value, timedelta)


def check_every_cell(path: Path, result: Workbook) -> None:
    """Each cell that calamine alone reads is there, at its place; what is marked was no value."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    sheets = [entry for entry in workbook.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
    assert [sheet.name for sheet in result.sheets] == [entry.name for entry in sheets]
    for entry, sheet in zip(sheets, result.sheets, strict=True):
        for row, values in enumerate(workbook.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)):
            for column, value in enumerate(values):
                mark = sheet.marks.get((row, column), "")
                if (row, column) in sheet.struck | sheet.covered:
                    assert sheet.rows[row][column] is None
                elif mark in ("", "%"):
                    found = sheet.rows[row][column]
                    assert is_same(found if found is not None else "", value)
                else:
                    assert sheet.rows[row][column] is None
                    assert value in ("", 0, mark) or not math.isfinite(float(value))


if FILES:

    @pytest.fixture(scope="module")
    def outcomes() -> dict[str, Outcome]:
        """All files read as one batch."""
        requests = [
            ReadRequest(MANIFEST.parent / name, name, Csv(delimiter=",") if name.endswith((".csv", ".txt")) else None)
            for name in FILES
        ]
        return dict(zip(FILES, read_all(requests), strict=True))

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_nobody_here_wrote_gets_the_verdict_of_its_class(name: str, outcomes: dict[str, Outcome]) -> None:
        result, seconds = outcomes[name]
        (code,) = codes(result)
        row = FILES[name]
        allowed = {EXCEPTIONS[name]} if name in EXCEPTIONS else CODES[row["expected_class"]]
        assert code in allowed
        assert code == "loads" or code in MESSAGES
        assert seconds < 10
        if isinstance(result, Workbook) and result.format != "csv":
            check_every_cell(MANIFEST.parent / name, result)
        if row["bare_calamine"] == "loads" and row["expected_class"] in ("valid xlsx", "valid ods", "legacy-biff"):
            assert code == "loads" or name in EXCEPTIONS

    def test_generated_attacks_get_their_verdict_at_the_reading_stage(tmp_path: Path) -> None:
        subprocess.run(
            [sys.executable, str(SHARED / "tools" / "hostile_gen.py"), str(tmp_path)], check=True, capture_output=True
        )
        cases = []
        for row in csv.DictReader((tmp_path / "expectations.csv").open(encoding="utf-8")):
            path = tmp_path / Path(unquote_to_bytes(row["file"]).decode("utf-8", "surrogateescape"))
            if row["stage"] not in ("name", "stat", "stable") and row["verdict"] != "noop_duplicate":
                cases.append((path, row))
        requests = []
        for path, _ in cases:
            as_csv = GENERATED_AS.get(path.name, Csv(delimiter=",")) if path.suffix == ".csv" else None
            requests.append(ReadRequest(path, path.name, as_csv))

        verdicts = {}
        for (path, row), (result, seconds) in zip(cases, read_all(requests), strict=True):
            assert seconds < 10, path.name
            verdicts[path.name] = (row, codes(result), result)

        assert len(verdicts) > 80
        for name, (row, found, result) in verdicts.items():
            assert all(code in MESSAGES for code in found if code != "loads"), name
            if row["verdict"] in ("accept", "accept_warn"):
                assert found == ["loads"], name
            elif row["stage"] in ("sniff", "zipdir", "parse"):
                assert found != ["loads"], name
            if row["code"] in SENSIBLE:
                assert found[0] in SENSIBLE[row["code"]], name
            if row["code"] in MARKED:
                assert isinstance(result, Workbook), name
                assert MARKED[row["code"]] <= set(result.sheets[0].marks.values()), name


REAL = sorted((SHARED / "real_sheets").glob("*.xls*"))

if REAL:

    @pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
    def test_a_real_workbook_loads_with_every_cell(path: Path) -> None:
        ((result, seconds),) = read_all([ReadRequest(path, path.name, None)])
        assert isinstance(result, Workbook)
        assert seconds < 10
        check_every_cell(path, result)


SENSIBLE = {
    "E_ZIP_CORRUPT": {"damaged-file"},
    "E_TYPE": {"not-a-workbook", "workbook-named-csv"},
    "E_TYPE_HTML": {"html-file"},
    "E_TYPE_XML2003": {"xml-spreadsheet"},
    "E_ZIP_BOMB": {"zip-bomb", "damaged-file"},
    "E_TOO_MANY_CELLS": {"too-many-cells"},
    "E_TOO_MANY_MERGES": {"too-many-merges"},
    "E_ZIP_ENTRIES": {"too-many-parts", "too-many-sheets"},
    "E_ZIP_NAME": {"unsafe-archive"},
    "E_ENCRYPTED": {"password-protected"},
    "E_XML_DTD": {"xml-dtd"},
    "E_MACRO": {"macro-workbook"},
    "E_OLE": {"damaged-file"},
    "E_ENCODING": {"csv-encoding", "csv-nul"},
    "E_CSV": {"csv-quote", "csv-ragged"},
    "E_TOO_LARGE_FIELD": {"file-too-large", "csv-field-too-long"},
    "E_TOO_MANY_COLUMNS": {"csv-too-many-columns"},
}
MARKED = {"E_FORMULA_NO_VALUE": {"formula"}}
