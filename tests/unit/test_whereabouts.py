"""What the log says of an error of ours: where it came from, never its words."""

from ioc_pipeline.flows.whereabouts import whereabouts

CELL = "014085000801"


def read(text: str) -> int:
    return int(text + "x")


def parse() -> None:
    try:
        read(CELL)
    except ValueError as error:
        raise KeyError(CELL) from error


def test_an_error_is_told_by_its_places_and_kinds_without_what_it_quotes() -> None:
    try:
        parse()
    except KeyError as error:
        told = whereabouts(error)
    assert CELL not in told
    assert told.startswith("KeyError at test_whereabouts.py:")
    assert "in parse" in told
    assert "; from ValueError at test_whereabouts.py:" in told
    assert "in read" in told
