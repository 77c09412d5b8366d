"""The published versions that pages read: the current one, or an older one as long as it is kept."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Lock

import duckdb

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.publish.versions import Pointer, read_pointer
from ioc_pipeline.serve.publication import Publication, publication, words
from ioc_pipeline.settings import Settings
from ioc_pipeline.web.words import Words

KEPT_OPEN = 4


class OlderProgramError(Exception):
    """A version of before an upgrade does not have what is asked."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Phiên bản {version} do chương trình cũ hơn công bố nên không có nội dung này · "
            f"version {version} was published by an older program and does not have this"
        )


@dataclass(frozen=True, slots=True)
class Marts:
    """One version, opened for one request: `shown` is what is read, `asked` what the address names, "" if nothing."""

    connection: duckdb.DuckDBPyConnection
    shown: Publication
    words: Words
    asked: str
    current: str

    @property
    def is_missing(self) -> bool:
        """The address names a version that is not kept any more: the current one is shown instead."""
        return self.asked not in ("", self.shown.version)

    @property
    def is_old(self) -> bool:
        """A kept version is shown that is not the current one."""
        return self.shown.version != self.current


class Versions:
    """Each version is opened once: its file is never written again, so the connection stays good."""

    def __init__(self, given: Settings) -> None:
        self._given = given
        self._open: dict[str, tuple[duckdb.DuckDBPyConnection, Publication, Words]] = {}
        self._lock = Lock()
        with closing(duckdb.connect()) as connection:
            # The first parameter that is bound lets DuckDB import pandas: half a second that no reader should wait.
            connection.execute("select $bound", {"bound": 0})

    def current(self) -> Pointer:
        """What is published now.

        Raises:
            UserError: nothing is published yet.
        """
        pointer = read_pointer(self._given.published)
        if pointer is None:
            raise UserError("Chưa có số liệu nào được công bố · nothing is published yet")
        return pointer

    @contextmanager
    def marts(self, asked: str) -> Iterator[Marts]:
        """The marts of a version, "" for the current one; one that is not kept any more gives the current one.

        Raises:
            UserError: nothing is published yet.
            OlderProgramError: the version lacks a mart or a column that is asked.
        """
        current = self.current().version
        try:
            connection, shown, meanings = self._opened(asked or current)
        except UserError:
            connection, shown, meanings = self._opened(current)
        with closing(connection.cursor()) as cursor:
            cursor.execute("use marts")
            try:
                yield Marts(cursor, shown, meanings, asked, current)
            except (duckdb.BinderException, duckdb.CatalogException) as error:
                raise OlderProgramError(shown.version) from error

    def _opened(self, version: str) -> tuple[duckdb.DuckDBPyConnection, Publication, Words]:
        with self._lock:
            if version not in self._open:
                connection = connect_published(self._given, version)
                self._open[version] = (connection, publication(connection), words(connection))
                while len(self._open) > KEPT_OPEN:
                    del self._open[next(iter(self._open))]  # who is still asking it keeps it alive
            return self._open[version]
