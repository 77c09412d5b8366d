"""The same for .xls: records that are no cells, and streams beside the workbook, whose texts are in one of two codings.

[MS-XLS] keeps defined names, headers, drop-down lists, conditional formats, text boxes and link caches in records of
their own, properties and pivot caches in streams of their own.
"""

import re
from collections.abc import Iterator

from ioc_pipeline.domain.identifiers import found_in
from ioc_pipeline.read.unseen import Unseen, pieces, without_codes

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
_HEADERS = (0x0014, 0x0015)
_ELSEWHERE = "phần ẩn của tệp"
STREAM = "thuộc tính của tệp, bộ nhớ đệm của PivotTable hoặc đối tượng nhúng"


def of_record(kind: int, data: bytes) -> Unseen:
    """Pieces of a record's text that may hold an identifier."""
    if not _DIGITS.search(data):
        return []
    texts = _texts(data)
    return pieces(_PLACES.get(kind, _ELSEWHERE), map(without_codes, texts) if kind in _HEADERS else texts)


def of_stream(content: bytes, place: str) -> Unseen:
    """Pieces of the text of a stream beside the workbook, or of other bytes that a file carries along."""
    content = content[:_LONGEST]
    return pieces(place, _texts(content)) if _DIGITS.search(content) else []


def _texts(data: bytes) -> Iterator[str]:
    """The bytes as one-byte signs, and as pairs from either beginning: which it is stands in no fixed place."""
    for text in (data.decode("latin-1"), data.decode("utf-16-le", "ignore"), data[1:].decode("utf-16-le", "ignore")):
        if found_in(text):
            yield text
