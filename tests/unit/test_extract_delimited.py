"""CSV: what the contract declares is what is read; everything else comes back with its line."""

from pathlib import Path

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.sources import Csv

SEMICOLON, COMMA = Csv(), Csv(delimiter=",")


def read(folder: Path, content: bytes, csv: Csv | None, limits: Limits | None = None) -> Workbook | SourceError:
    path = folder / "delivery"
    path.write_bytes(content)
    (result,) = read_deliveries([ReadRequest(path, "bao-cao.CSV", csv)], limits or Limits())
    return result


def rows(folder: Path, text: str | bytes, csv: Csv) -> list[list[object]]:
    result = read(folder, text if isinstance(text, bytes) else text.encode(), csv)
    assert isinstance(result, Workbook)
    assert [sheet.name for sheet in result.sheets] == [""]
    return [list(row) for row in result.sheets[0].rows]


def test_fields_are_text_and_blanks_are_none(tmp_path: Path) -> None:
    assert rows(tmp_path, "Xã;Số\r\nMường La;1.234,5\r\n;\r\n", SEMICOLON) == [
        ["Xã", "Số"],
        ["Mường La", "1.234,5"],
        [None, None],
    ]


def test_quoted_delimiters_quotes_and_empty_quotes_are_content(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a;b;c\n"x;y";"nói ""có""";""\n', SEMICOLON)[1] == ["x;y", 'nói "có"', None]


def test_a_byte_order_mark_is_not_part_of_the_first_header(tmp_path: Path) -> None:
    assert rows(tmp_path, "\ufeffXã;Số\nA;1\n", SEMICOLON)[0] == ["Xã", "Số"]


def test_a_field_over_two_lines_keeps_later_rows_at_their_physical_line(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a;b\n"hai\ndòng";1\nc;2\n', SEMICOLON) == [
        ["a", "b"],
        ["hai\ndòng", "1"],
        [None, None],
        ["c", "2"],
    ]


def test_texts_that_are_kept_from_excel_are_texts(tmp_path: Path) -> None:
    assert rows(tmp_path, 'Mã;Tên\n="03646";"=""A"""\n', SEMICOLON)[1] == ["03646", "A"]


def test_blanks_before_quotes_and_the_end_mark_of_dos_are_nothing(tmp_path: Path) -> None:
    assert rows(tmp_path, '"a"; "b"\n"x"; "y; z"\n\x1a', SEMICOLON) == [["a", "b"], ["x", "y; z"]]


@pytest.mark.parametrize("sign", [":", "^", "~", "；", "，"])
def test_a_sign_that_no_contract_may_name_is_named_too(sign: str, tmp_path: Path) -> None:
    result = read(tmp_path, f"Xã{sign}Số{sign}Mã\nA{sign}1{sign}2\nB{sign}3{sign}4\n".encode(), SEMICOLON)
    assert isinstance(result, SourceError)
    assert [problem.code for problem in result.problems] == ["csv-delimiter"]
    assert f"“{sign}”" in result.problems[0].expected


def test_a_sep_line_sets_the_delimiter_and_keeps_its_line(tmp_path: Path) -> None:
    result = read(tmp_path, b"sep=;\r\na;b\r\n1;2\r\n", COMMA)
    assert isinstance(result, Workbook)
    assert result.sheets[0].rows == [[None, None], ["a", "b"], ["1", "2"]]
    assert [(warning.code, warning.severity) for warning in result.warnings] == [("csv-sep-line", "warning")]


def test_lines_that_end_with_cr_only_are_lines(tmp_path: Path) -> None:
    result = read(tmp_path, b"a;b\r1;2\r", SEMICOLON)
    assert isinstance(result, Workbook)
    assert result.sheets[0].rows == [["a", "b"], ["1", "2"]]
    assert [warning.code for warning in result.warnings] == ["csv-line-ends"]


def test_a_utf_16_mark_is_followed_with_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, "\ufeffXã\tSố\r\nMường\t1\r\n".encode("utf-16-le"), Csv(delimiter="\t"))
    assert isinstance(result, Workbook)
    assert result.sheets[0].rows == [["Xã", "Số"], ["Mường", "1"]]
    assert [warning.code for warning in result.warnings] == ["csv-other-encoding"]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_declared_utf_16_with_its_mark_needs_no_warning(order: str, tmp_path: Path) -> None:
    result = read(tmp_path, "\ufeffXã\tSố\n".encode(order), Csv(encoding="utf-16", delimiter="\t"))
    assert isinstance(result, Workbook)
    assert (result.sheets[0].rows, result.warnings) == ([["Xã", "Số"]], [])


def test_declared_cp1258_is_decoded(tmp_path: Path) -> None:
    assert rows(tmp_path, "Sơn La;1\n".encode("cp1258"), Csv(encoding="cp1258")) == [["Sơn La", "1"]]


def test_letterhead_and_blank_lines_may_be_shorter_than_the_table(tmp_path: Path) -> None:
    text = "UBND TỈNH\n\nKỳ:;10/2025\nXã;Số;Tỷ lệ\nA;1;2\n ;\nB;3;4\n"
    assert rows(tmp_path, text, SEMICOLON) == [
        ["UBND TỈNH", None, None],
        [None, None, None],
        ["Kỳ:", "10/2025", None],
        ["Xã", "Số", "Tỷ lệ"],
        ["A", "1", "2"],
        [" ", None, None],
        ["B", "3", "4"],
    ]


@pytest.mark.parametrize(
    ("content", "code", "cell"),
    [
        (b"a;b\n1;2\n3;4;5\n", "csv-ragged", "A3"),
        (b"a;b;c\n1;2;3\n4;5\n6;7;8\n", "csv-ragged", "A3"),
        (b"a;b;c\n1;2;3\nK\xc3\xbd t\xc3\xaan\n", "csv-ragged", "A3"),
        (b'a;b\n1;"2\n3;4\n', "csv-quote", "A2"),
        (b'a;b\n"1"x;2\n', "csv-quote", "A2"),
        (b"a;b\n1;\0\n", "csv-nul", "A2"),
        ("a;b\nXã;1\n".encode("utf-16-le"), "csv-nul", "A1"),
        ("a;b\nX;1\nLâm;1\n".encode("cp1258"), "csv-encoding", "A3"),
        (b"a;b\n1;" + b"x" * 32_768 + b"\n", "csv-field-too-long", "A2"),
        (b"a;" * 16_385, "csv-too-many-columns", "A1"),
    ],
)
def test_a_broken_line_comes_back_with_its_number(content: bytes, code: str, cell: str, tmp_path: Path) -> None:
    result = read(tmp_path, content, SEMICOLON)
    assert isinstance(result, SourceError)
    assert [(problem.code, problem.cell, problem.found) for problem in result.problems] == [(code, cell, "")]


def test_utf_8_under_a_cp1258_contract_comes_back_instead_of_becoming_nonsense(tmp_path: Path) -> None:
    assert str(read(tmp_path, "Lâm;1\n".encode(), Csv(encoding="cp1258"))) == "csv-encoding"


def test_utf_16_without_its_mark_comes_back(tmp_path: Path) -> None:
    content = "Xã;1\n".encode("utf-16-le")
    assert str(read(tmp_path, content, Csv(encoding="utf-16"))) == "csv-encoding"


def test_a_csv_for_a_form_that_declares_none_comes_back(tmp_path: Path) -> None:
    assert str(read(tmp_path, b"a;b\n", None)) == "csv-not-declared"


def test_more_cells_than_the_limit_come_back(tmp_path: Path) -> None:
    assert str(read(tmp_path, b"a;b\n" * 60, SEMICOLON, Limits(cells=100))) == "too-many-cells"


def test_a_ragged_message_says_how_many_columns_where(tmp_path: Path) -> None:
    result = read(tmp_path, b"a;b\n1;2\n3;4;5\n6\n", SEMICOLON)
    assert isinstance(result, SourceError)
    expected = "2 cột như các dòng khác (dòng 3 có 3 cột; còn 1 dòng khác cũng lệch)"
    assert result.problems[0].expected == expected
