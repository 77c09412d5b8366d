"""The same for .xls: records that are no cells, and streams beside the workbook, whose texts are in one of two codings.

[MS-XLS] keeps defined names, headers, drop-down lists, conditional formats, text boxes and link caches in records of
their own, properties and pivot caches in streams of their own.
"""

import re
from collections.abc import Iterator

from ioc_pipeline.domain.identifiers import found_in
from ioc_pipeline.read.unseen import Unseen, pieces

_DIGITS = re.compile(rb"\d\x00?(?:[^\d]{0,6}\d\x00?){7}")
_LONGEST = 1024**2  # bytes of a stream that is looked through
_PLACES = {
    0x0014: "đầu trang",
    0x0015: "chân trang",
    0x0018: "tên vùng (Name Manager)",
    0x00FC: "chữ còn lưu trong tệp mà không ô nào hiện",
    0x005A: "dữ liệu chép từ tệp liên kết",
    0x01AE: "dữ liệu chép từ tệp liên kết",
    0x01BE: "danh sách chọn",
    0x01B1: "định dạng có điều kiện",
    0x003C: "hộp chữ, hình vẽ",
}
_ELSEWHERE = "phần ẩn của tệp"
_STREAM = "thuộc tính của tệp hoặc bộ nhớ đệm của PivotTable"


def of_record(kind: int, data: bytes) -> Unseen:
    """Pieces of a record's text that may hold an identifier."""
    return pieces(_PLACES.get(kind, _ELSEWHERE), _texts(data)) if _DIGITS.search(data) else []


def of_stream(content: bytes) -> Unseen:
    """Pieces of the text of a stream beside the workbook."""
    content = content[:_LONGEST]
    return pieces(_STREAM, _texts(content)) if _DIGITS.search(content) else []


def _texts(data: bytes) -> Iterator[str]:
    """The bytes as one-byte signs, and as pairs from either beginning: which it is stands in no fixed place."""
    for text in (data.decode("latin-1"), data.decode("utf-16-le", "ignore"), data[1:].decode("utf-16-le", "ignore")):
        if found_in(text):
            yield text
