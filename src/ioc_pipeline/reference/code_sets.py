"""Which words a column of codes has in `include/seeds/codes.csv`: those of the set with its name, or of these."""

_OTHERWISE = {
    "null_reason": "reason",
    "blank_reason": "reason",
    "rank_blank_reason": "reason",
    "reporting_status": "status",
}


def code_set_of(column: str) -> str:
    """The code set of a column, or of a kind of words on a page."""
    return _OTHERWISE.get(column, column)
