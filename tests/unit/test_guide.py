"""docs/huong-dan-don-vi.md: its pictures are there and small, and it is one page of what really stands in the pages."""

import re

import guide_pictures
from conftest import REPOSITORY
from ioc_pipeline.answer.template.workbook import NIL
from ioc_pipeline.web.page import DESK

GUIDE = REPOSITORY / "docs" / "huong-dan-don-vi.md"


def test_every_picture_of_the_guide_is_there_and_small() -> None:
    named = re.findall(r"!\[.+?\]\((pictures/.+?)\)", GUIDE.read_text("utf-8"))
    assert len(named) == 5
    for name in named:
        picture = GUIDE.parent / name
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < 200_000, name
        assert picture.parent == guide_pictures.FOLDER


def test_the_guide_calls_pages_and_words_as_they_are_called() -> None:
    text = GUIDE.read_text("utf-8")
    for path in ("desk", "check", "send"):
        (name,) = [vi for one, vi, _ in DESK if one == path]
        assert f"**{name}**" in text
    assert f"**{NIL}**" in text
