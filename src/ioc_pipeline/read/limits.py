"""What one delivery may cost to read; above it the delivery goes back, whatever it holds."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Sizes are bytes, times are seconds.

    The first five are promised to departments (docs/errors.md); the others only stop what no department sends.
    A part may inflate to `inflation_ratio` times its stored size once it is over `inflation_floor`: real sheets
    stay below 40, a run of equal bytes reaches 1,030.
    """

    file_bytes: int = 25 * 1024**2
    cells: int = 5_000_000
    sheets: int = 200
    columns: int = 16_384
    field_characters: int = 32_767
    merges: int = 20_000
    zip_entries: int = 2_000
    inflated_bytes: int = 640 * 1024**2
    inflation_ratio: int = 250
    inflation_floor: int = 8 * 1024**2
    text_bytes: int = 256 * 1024**2
    memory_bytes: int = 1536 * 1024**2
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
