"""Cells → values: how a department wrote it, one error per bad cell, nothing guessed."""


class BadCell(ValueError):  # noqa: N818  # says what is bad
    """A cell without one certain reading.

    `code` is a key of `MESSAGES`; `expected` and `fix` are Vietnamese and override the message's own words
    where they are not empty. The cell's text is not in it: the caller has it, and logs must not.
    """

    def __init__(self, code: str, expected: str = "", fix: str = "") -> None:
        self.code = code
        self.expected = expected
        self.fix = fix
        super().__init__(code)
