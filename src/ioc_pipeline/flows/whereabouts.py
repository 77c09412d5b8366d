"""Where an error of ours came from, for the log: files and lines without its own words, which may quote a cell."""

import traceback
from pathlib import PurePath

_PLACES = 12


def reason(error: BaseException) -> str:
    """What an operator reads of a fault of ours: its kind, and of the system's own words which path was meant."""
    if isinstance(error, OSError) and error.filename:
        return f"{type(error).__name__}: {error.filename2 or error.filename}: {error.strerror}"
    return type(error).__name__


def whereabouts(error: BaseException) -> str:
    """`ValueError at cells.py:120 in read, sheet.py:88 in parse_workbook, …`, the innermost place first."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-_PLACES:])
    places = ", ".join(f"{PurePath(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames)
    cause = error.__cause__
    return f"{type(error).__name__} at {places}" + (f"; from {whereabouts(cause)}" if cause else "")
