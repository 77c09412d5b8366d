"""How seeds are read: one reader for all, whose errors name file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.seeds import read_lines, read_rows

COLUMNS = ("code", "name")


@pytest.fixture
def seed(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "things.csv"
        path.write_bytes(content)
        return path

    return write


def test_a_seed_saved_by_excel_reads_like_any_other(seed: Callable[[bytes], Path]) -> None:
    plain = seed(b'code,name\n01,"a, b"\n02,c\n')
    expected = [(2, ["01", "a, b"]), (3, ["02", "c"])]
    assert list(read_rows(plain, COLUMNS)) == expected
    assert list(read_rows(seed(b'\xef\xbb\xbfcode,name\r\n01,"a, b"\r\n02,c\r\n'), COLUMNS)) == expected


def test_blank_lines_are_no_rows_and_count_as_lines(seed: Callable[[bytes], Path]) -> None:
    assert list(read_rows(seed(b"code,name\n\n01,a\n\n\n02,b\n\n"), COLUMNS)) == [(3, ["01", "a"]), (6, ["02", "b"])]


def test_a_line_separator_within_a_value_ends_no_row(seed: Callable[[bytes], Path]) -> None:
    path = seed("code,name\n01,a\u2028b\x0bc\n".encode())
    assert list(read_rows(path, COLUMNS)) == [(2, ["01", "a\u2028b\x0bc"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "things.csv line 1: expected the columns code,name"),
        (b"name,code\n", "things.csv line 1: expected the columns code,name"),
        (b"code;name\n01;a\n", "things.csv line 1: expected the columns code,name"),
        (b"code,name\n01,a\n02\n", "things.csv line 3: 1 values, expected 2 between commas"),
        (b"code,name\n01,a,b\n", "things.csv line 2: 3 values, expected 2 between commas"),
        (b'code,name\n01,"a"b\n', "things.csv line 2: not readable as CSV"),
        (b'code,name\n01,a\n02,"b\n', "things.csv line 3: not readable as CSV"),
        (b"code,name\n01,\xe0\n", "things.csv: not readable as CSV in UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(seed: Callable[[bytes], Path], content: bytes, message: str) -> None:
    with pytest.raises(ContractError) as raised:
        list(read_rows(seed(content), COLUMNS))
    assert str(raised.value).startswith(message)


def test_a_seed_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"^things\.csv: not readable"):
        list(read_rows(tmp_path / "things.csv", COLUMNS))


def test_who_can_do_without_a_row_gets_it_at_any_width(seed: Callable[[bytes], Path]) -> None:
    assert list(read_lines(seed(b"code,name\n01\n02,b,c\n"), COLUMNS)) == [(2, ["01"]), (3, ["02", "b", "c"])]
