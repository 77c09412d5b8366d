"""What raw knows about the scopes of the deliveries at hand: their accepted versions, and who was withdrawn when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.deliveries import ACCEPTED, Scope, Verdict
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.warehouse.keys import SCOPE_COLUMNS

PlacedScope = tuple[str, Scope]
"""A scope with the name of its source."""


@dataclass(frozen=True, slots=True)
class Version:
    """One accepted load of a scope. `scope_count` is the number of scopes of its delivery."""

    delivery_seq: int
    load_seq: int
    department_code: str
    sha256: str
    contract_hash: str
    scan_seq: int
    scope_count: int


@dataclass(slots=True)
class History:
    """`versions` are the accepted loads of a scope; `withdrawn_by` is the load that withdrew a delivery."""

    versions: dict[PlacedScope, list[Version]] = field(default_factory=lambda: defaultdict(list))
    withdrawn_by: dict[int, int] = field(default_factory=dict)

    def newest(self, scope: PlacedScope, before: int) -> Version | None:
        """The version that counts for a scope as of the loads before `before`."""
        standing = (
            version
            for version in self.versions[scope]
            if version.load_seq < before and self.withdrawn_by.get(version.delivery_seq, before) >= before
        )
        return max(standing, key=lambda version: (version.delivery_seq, version.load_seq), default=None)

    def remember(self, verdict: Verdict, loaded: Loaded) -> None:
        delivery = verdict.delivery
        if loaded.outcome in ACCEPTED:
            version = Version(
                delivery.delivery_seq,
                loaded.load_seq,
                delivery.department_code,
                delivery.sha256,
                verdict.contract_hash,
                delivery.scan_seq,
                len(verdict.scopes),
            )
            for scope in placed_scopes(verdict):
                self.versions[scope].append(version)
        elif delivery.kind == "withdrawal" and delivery.decides_delivery_seq is not None:
            self.withdrawn_by.setdefault(delivery.decides_delivery_seq, loaded.load_seq)


def placed_scopes(verdict: Verdict) -> list[PlacedScope]:
    return [(verdict.source_name, scope) for scope in verdict.scopes]


def read_history(connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]) -> History:
    history = History()
    touched = {
        (source_name, scope.table_name, scope.reporting_unit_code, *astuple(scope.period))
        for verdict in verdicts
        for source_name, scope in placed_scopes(verdict)
    }
    if touched:
        connection.register("touched", pa.table(dict(zip(SCOPE_COLUMNS, zip(*touched, strict=True), strict=True))))
        rows = connection.execute(
            f"""
            select {", ".join(f"scope.{name}" for name in SCOPE_COLUMNS)},
                delivery.delivery_seq, delivery.load_seq, delivery.department_code, delivery.sha256,
                delivery.contract_hash, delivery.scan_seq, counted.scope_count
            from raw.delivery_scope as scope
            inner join touched using ({", ".join(SCOPE_COLUMNS)})
            inner join raw.delivery as delivery on scope.load_seq = delivery.load_seq
            inner join (select load_seq, count(*) as scope_count from raw.delivery_scope group by load_seq) as counted
                on scope.load_seq = counted.load_seq
            where scope.outcome in ({", ".join(f"'{outcome}'" for outcome in sorted(ACCEPTED))})
            """  # noqa: S608  # column names of ours
        ).fetchall()
        connection.unregister("touched")
        for source_name, table_name, reporting_unit_code, period_type, start, end, *version in rows:
            scope = Scope(table_name, reporting_unit_code, Period(period_type, start, end))
            history.versions[source_name, scope].append(Version(*version))
    history.withdrawn_by.update(
        connection.execute(
            """
            select decides_delivery_seq, min(load_seq) from raw.delivery
            where kind = 'withdrawal' group by decides_delivery_seq
            """
        ).fetchall()
    )
    return history
