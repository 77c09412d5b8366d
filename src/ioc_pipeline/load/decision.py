"""What becomes of each delivery: loaded, a duplicate of a newer one, or returned because two contradict each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import duckdb

from ioc_pipeline.domain.deliveries import ACCEPTED, Outcome, Verdict
from ioc_pipeline.domain.errors import Problem, StoresError
from ioc_pipeline.load.history import History, PlacedScope, placed_scopes, read_history
from ioc_pipeline.load.outcome import Loaded


def decide(
    connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]
) -> tuple[list[Loaded], list[tuple[Verdict, Loaded]]]:
    """Say what becomes of each delivery; the second list has those that raw does not hold yet."""
    history = read_history(connection, verdicts)
    markers = _read_markers(connection, verdicts)
    contested_places = _find_contested(verdicts, history)
    (last_load_seq,) = connection.execute("select coalesce(max(load_seq), 0) from raw.load").fetchall()[0]

    outcomes: list[Loaded] = []
    new: list[tuple[Verdict, Loaded]] = []
    for verdict in verdicts:
        delivery = verdict.delivery
        marker = markers.get((delivery.delivery_seq, verdict.read_under))
        if marker:
            load_seq, outcome, sha256 = marker
            if sha256 != delivery.sha256:
                raise StoresError(
                    f"load {load_seq} of delivery {delivery.delivery_seq} stands for other bytes in the warehouse than"
                    " in the ledger: the two do not belong together"
                )
        else:
            last_load_seq += 1
            load_seq, outcome = last_load_seq, verdict.outcome
            if outcome in ACCEPTED:
                if contested_places.intersection((delivery.scan_seq, scope) for scope in placed_scopes(verdict)):
                    outcome = "returned"
                elif _find_same(verdict, history, load_seq):
                    outcome = "duplicate"
        loaded = Loaded(
            delivery.delivery_seq,
            load_seq,
            outcome,
            problems=(Problem("two-versions"),) if outcome == "returned" and verdict.outcome in ACCEPTED else (),
            same_as_delivery_seq=_find_same(verdict, history, load_seq) if outcome == "duplicate" else None,
            replaced_delivery_seqs=_find_replaced(verdict, history, load_seq) if outcome in ACCEPTED else (),
        )
        outcomes.append(loaded)
        if not marker:
            new.append((verdict, loaded))
            history.remember(verdict, loaded)
    return outcomes, new


def contested(verdicts: Iterable[Verdict]) -> Iterator[int]:
    """The deliveries whose scopes another of these, of the same scan, fills with other bytes; verdicts are not kept."""
    seqs: dict[tuple[int, PlacedScope], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for verdict in verdicts:
        for place in _whole_scopes(verdict):
            seqs[place][verdict.delivery.sha256].append(verdict.delivery.delivery_seq)
    for by_content in seqs.values():
        if len(by_content) > 1:
            yield from (seq for some in by_content.values() for seq in some)


def _whole_scopes(verdict: Verdict) -> Iterator[tuple[int, PlacedScope]]:
    """(scan_seq, scope) that a file fills as a whole; partial tables (`replaces: row` or `record`) may come in several
    files."""
    if verdict.outcome in ACCEPTED and verdict.delivery.kind == "file":
        for source_name, scope in placed_scopes(verdict):
            if verdict.replaces.get(scope.table_name, "scope") == "scope":
                yield verdict.delivery.scan_seq, (source_name, scope)


def _find_contested(verdicts: Sequence[Verdict], history: History) -> set[tuple[int, PlacedScope]]:
    """(scan_seq, scope) that one scan brought in different bytes: nobody can say which file is meant."""
    contents: dict[tuple[int, PlacedScope], set[str]] = defaultdict(set)
    for verdict in verdicts:
        for place in _whole_scopes(verdict):
            contents[place].add(verdict.delivery.sha256)
    for scope_key, versions in history.versions.items():
        for version in versions:
            if (version.scan_seq, scope_key) in contents:
                contents[version.scan_seq, scope_key].add(version.sha256)
    return {place for place, hashes in contents.items() if len(hashes) > 1}


def _find_same(verdict: Verdict, history: History, load_seq: int) -> int | None:
    """The earlier delivery of the same bytes that is still the newest of every scope, and speaks for no other.

    Two equal answers of an API are two: each says what was true when it was given.
    """
    if verdict.delivery.kind != "file":
        return None
    newest = {history.newest(scope, before=load_seq) for scope in placed_scopes(verdict)}
    version = newest.pop() if len(newest) == 1 else None
    if (
        version
        and version.delivery_seq < verdict.delivery.delivery_seq
        and (version.department_code, version.sha256, version.contract_hash, version.scope_count)
        == (verdict.delivery.department_code, verdict.delivery.sha256, verdict.contract_hash, len(verdict.scopes))
    ):
        return version.delivery_seq
    return None


def _find_replaced(verdict: Verdict, history: History, load_seq: int) -> tuple[int, ...]:
    """The earlier deliveries whose whole scopes a file takes the place of."""
    if verdict.delivery.kind != "file":
        return ()
    newest = (
        history.newest(placed, before=load_seq)
        for placed in placed_scopes(verdict)
        if verdict.replaces.get(placed[1].table_name, "scope") == "scope"
    )
    seqs = {version.delivery_seq for version in newest if version}
    return tuple(sorted(seqs - {verdict.delivery.delivery_seq}))


def _read_markers(
    connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]
) -> dict[tuple[int, str], tuple[int, Outcome, str]]:
    rows = connection.execute(
        """
        select delivery_seq, contract_hash, load_seq, outcome, sha256 from raw.load
        where delivery_seq in (select unnest(?))
        """,
        [[verdict.delivery.delivery_seq for verdict in verdicts]],
    ).fetchall()
    return {
        (delivery_seq, contract_hash): (load_seq, outcome, sha256)
        for delivery_seq, contract_hash, load_seq, outcome, sha256 in rows
    }
