"""Inbox → landing, once: every file is safe and numbered before it leaves the department's folder.

A pass admits what lies still, copies it under its sha256, records it in the ledger, writes the envelope beside the
blob, and only then empties the inbox. It may be killed anywhere; the next pass finishes its work (the steps are named
in `STEPS`, and each is tried in the tests).
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery, Extract, Waiver
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import kinds_in, without_identifiers
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.durable import sync_folder, write_durably
from ioc_pipeline.ledger.arrivals import Arrival, Envelope, Own
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.settings import FEEDBACK_FOLDER

MAX_BYTES = 25 * 1024 * 1024
STEPS = ("copied", "renamed", "synced", "recorded", "enveloped", "confirmed", "taken", "unsealed", "released")
OWN_STEPS = ("stored", "recorded", "enveloped", "confirmed")  # of what is not in the inbox

_CHUNK = 1024 * 1024
_FILES_AT_ONCE = 200  # each keeps a descriptor open until it is released; one ledger transaction for all of them
_INCOMING = "incoming"
_IGNORED_PREFIXES = (".", "~$")
_IGNORED_SUFFIXES = (".part", ".tmp", ".crdownload", ".sha256")
_IGNORED_NAMES = ("thumbs.db", "desktop.ini")
_SHOWS_NO_TRUNCATION = (".csv", ".tsv", ".txt")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SWAPPED_SINCE_THE_SCAN = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO})
_TAKEN = re.compile(r"\.taken-([1-9][0-9]{0,17})-[0-9a-f]{8}")
_SEAL = re.compile(rb"([0-9a-fA-F]{64})(?:[ \t][^\r\n]*)?\s*")
_SEAL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file it is and when it last changed, as far as the file system can tell."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Identity":
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def is_same_content(self, other: "Identity") -> bool:
        """Leaves ctime out, which our own renaming changes."""
        return (self.device, self.inode, self.size_bytes, self.mtime_ns) == (
            other.device,
            other.inode,
            other.size_bytes,
            other.mtime_ns,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that lies still. `path` has the name as it is on disk, `file_name` the same in NFC.

    `is_overdue` says that it has waited as long as an unsealed file must.
    """

    department_code: str
    file_name: str
    path: Path
    identity: Identity
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in the inbox that does not become a delivery; it stays where it is.

    `file_name` is fit to be shown. `key` identifies the thing and its problem, so that it is answered once.
    """

    department_code: str
    file_name: str
    problem: Problem
    key: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What `<file>.sha256` says."""

    path: Path
    identity: Identity
    sha256: str


@dataclass(frozen=True, slots=True)
class Landed:
    """A file whose blob is in place. `descriptor` is the one it was read through; who takes it closes it."""

    candidate: Candidate
    sha256: str
    size_bytes: int
    seal: Seal | None
    is_sealed: bool
    descriptor: int

    @property
    def origin(self) -> str:
        """The same arrival has the same origin after a crash; dropped again, the same bytes have another."""
        identity = self.candidate.identity
        numbers = (identity.device, identity.inode, identity.mtime_ns, identity.ctime_ns, identity.size_bytes)
        place = f"{self.candidate.department_code}/{self.candidate.file_name}"
        return f"{'-'.join(map(str, numbers))}:{self.sha256}:{place}"


def _identity_in(origin: str) -> Identity:
    device, inode, mtime_ns, ctime_ns, size_bytes = map(int, origin.split(":", 1)[0].split("-"))
    return Identity(device, inode, size_bytes, mtime_ns, ctime_ns)


@dataclass(frozen=True, slots=True)
class Intake:
    """What one pass over the inbox found."""

    delivery_seqs: list[int]
    refusals: list[Refusal]


def _carry_on(_step: str) -> None:
    """Nobody watches the steps."""


def blob_path(landing: Path, sha256: str) -> Path:
    """Where the bytes with this hash lie."""
    return landing / sha256[:2] / sha256


def land_inbox(
    inbox: Path,
    landing: Path,
    ledger: Ledger,
    departments: Collection[str],
    *,
    settle_seconds: float,
    unsealed_seconds: float,
    now: datetime,
    checkpoint: Callable[[str], None] = _carry_on,
) -> Intake:
    """Take everything that lies still in the inbox to landing and the ledger.

    One pass at a time: a second waits for the first. `checkpoint` is told each step of `STEPS` when it is done.

    Raises:
        OSError: our disk is full or broken; what was not recorded yet is still in the inbox.
    """
    landed_seqs: list[int] = []
    with _alone(landing):
        write_envelopes(landing, ledger)
        _finish_releases(inbox, departments, ledger)
        found = scan(inbox, departments, settle_seconds=settle_seconds, unsealed_seconds=unsealed_seconds, now=now)
        refusals = [one for one in found if isinstance(one, Refusal)]
        candidates = [one for one in found if isinstance(one, Candidate)]
        scan_seq = ledger.open_scan() if candidates else 0
        for first in range(0, len(candidates), _FILES_AT_ONCE):
            with ExitStack() as descriptors:
                landed = []
                for candidate in candidates[first : first + _FILES_AT_ONCE]:
                    result = land(candidate, landing, checkpoint=checkpoint)
                    if isinstance(result, Landed):
                        descriptors.callback(os.close, result.descriptor)
                        landed.append(result)
                    elif result is not None:
                        refusals.append(result)
                if landed:
                    _sync_blobs(landing, landed)
                    checkpoint("synced")
                    deliveries = _record(landed, ledger, received_at=now, scan_seq=scan_seq)
                    checkpoint("recorded")
                    write_envelopes(landing, ledger, checkpoint=checkpoint)
                    for one, delivery in zip(landed, deliveries, strict=True):
                        _release(one, delivery.delivery_seq, checkpoint)
                    landed_seqs += [delivery.delivery_seq for delivery in deliveries]
                    for folder in {one.candidate.path.parent for one in landed}:
                        sync_folder(folder)
    return Intake(landed_seqs, refusals)


# ---------- step 0: admit


def scan(
    inbox: Path, departments: Collection[str], *, settle_seconds: float, unsealed_seconds: float, now: datetime
) -> list[Candidate | Refusal]:
    """Look through the inbox once: what lies still and can be landed, and what never can.

    Files still being written, temporary and hidden ones, and folders within a department's folder (so also the
    feedback) are passed over in silence. Ordered by department and name.
    """
    entries = [(department_code, path, status, _age(status, now)) for department_code, path, status in _entries(inbox)]
    still = [entry for entry in entries if entry[3] >= settle_seconds]
    if dated_ahead := [entry for entry in entries if entry[3] < 0]:
        # Our clock was set back, or the file server's is ahead: only looking twice tells whether they lie still.
        time.sleep(settle_seconds)
        again = {path: Identity.of(status) for _, path, status in _entries(inbox)}
        still += [entry for entry in dated_ahead if again.get(entry[1]) == Identity.of(entry[2])]
    return [
        _admit(department_code, path, status, department_code in departments, age >= unsealed_seconds)
        for department_code, path, status, age in sorted(still, key=lambda entry: entry[1])
    ]


def seconds_until_still(
    inbox: Path, departments: Collection[str], *, settle_seconds: float, unsealed_seconds: float, now: datetime
) -> float:
    """How long until a pass would take everything that lies in the departments' folders now; 0 for nothing to wait."""
    waits = [0.0]
    for department_code, path, status in _entries(inbox):
        if department_code in departments and stat.S_ISREG(status.st_mode):
            is_sealed = path.suffix.casefold() not in _SHOWS_NO_TRUNCATION or _read_seal(path) is not None
            waits.append((settle_seconds if is_sealed else unsealed_seconds) - max(_age(status, now), 0.0))
    return max(waits)


def _age(status: os.stat_result, now: datetime) -> float:
    """Seconds since it last changed; a modification date in the future, copied from elsewhere, does not count."""
    since = [now.timestamp() - changed for changed in (status.st_mtime, status.st_ctime)]
    return min(since) if since[0] >= 0 else since[1]


def _entries(inbox: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
    """What lies in the inbox and in each folder directly below it: department, path, its own status."""
    for department_code, path, status in _folder_entries(inbox, ""):
        if not stat.S_ISDIR(status.st_mode):
            yield department_code, path, status
        elif path.name != FEEDBACK_FOLDER:
            for entry in _folder_entries(path, path.name):
                if not stat.S_ISDIR(entry[2].st_mode):
                    yield entry


def _folder_entries(folder: Path, department_code: str) -> Iterator[tuple[str, Path, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name.casefold()
            if name.startswith(_IGNORED_PREFIXES) or name.endswith(_IGNORED_SUFFIXES) or name in _IGNORED_NAMES:
                continue
            try:
                yield department_code, folder / entry.name, entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # its sender took it back meanwhile


def _admit(
    department_code: str, path: Path, status: os.stat_result, is_known_department: bool, is_overdue: bool
) -> Candidate | Refusal:
    candidate = Candidate(
        department_code, unicodedata.normalize("NFC", path.name), path, Identity.of(status), is_overdue
    )
    if not is_known_department:
        return _refuse(candidate, "unknown-department")
    if not stat.S_ISREG(status.st_mode):
        return _refuse(candidate, "not-a-regular-file")
    if not _is_good_name(candidate.file_name):
        return _refuse(candidate, "bad-file-name")
    if kinds_in(candidate.file_name):
        problem = Problem(
            "personal-data",
            expected="tên tệp không có số định danh, điện thoại hay thư điện tử của ai",
            fix="Đổi tên tệp; tệp sẽ được nhận ở lần quét sau",
        )
        return _refuse(candidate, "personal-data", problem)
    if status.st_size > MAX_BYTES:
        return _refuse(candidate, "file-too-large")
    return candidate


def _is_good_name(name: str) -> bool:
    """Refuses what cannot be seen (controls, text direction, zero width), bytes that are no text, and outer blanks.

    Source: Unicode general categories; undecodable bytes arrive as surrogates (PEP 383).
    """
    return name == name.strip() and not any(unicodedata.category(sign) in _UNSEEN_CATEGORIES for sign in name)


def _refuse(candidate: Candidate, code: str, problem: Problem | None = None) -> Refusal:
    identity = candidate.identity
    key = f"{code}:{identity.device}-{identity.inode}-{identity.mtime_ns}"
    return Refusal(_shown(candidate.department_code), _shown(candidate.file_name), problem or Problem(code), key)


def _shown(name: str) -> str:
    seen = "".join("�" if unicodedata.category(sign) in _UNSEEN_CATEGORIES else sign for sign in name)
    return without_identifiers(seen)


# ---------- step 1: land


def land(
    candidate: Candidate, landing: Path, *, checkpoint: Callable[[str], None] = _carry_on
) -> Landed | Refusal | None:
    """Copy one file to its blob while hashing it. The folders are not synced yet: `land_inbox` does that for many.

    Returns None when it is not its time: it is gone, it changed while we read, or it still waits for its seal.
    """
    seal = _read_seal(candidate.path)
    needs_seal = candidate.path.suffix.casefold() in _SHOWS_NO_TRUNCATION
    if needs_seal and seal is None and not candidate.is_overdue:
        return None
    try:
        descriptor = os.open(candidate.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        return _refuse(candidate, "unreadable-file")
    except OSError as error:
        if error.errno in _SWAPPED_SINCE_THE_SCAN:
            return None
        raise
    with ExitStack() as failed:
        failed.callback(os.close, descriptor)
        if Identity.of(os.fstat(descriptor)) != candidate.identity:
            return None
        try:
            sha256, temporary = _copy(descriptor, landing / _INCOMING)
        except _UnreadableError:
            return _refuse(candidate, "unreadable-file")
        failed.callback(temporary.unlink, missing_ok=True)
        checkpoint("copied")
        if Identity.of(os.fstat(descriptor)) != candidate.identity:
            return None
        if seal is not None and seal.sha256 != sha256:
            return _refuse(candidate, "checksum-mismatch") if candidate.is_overdue else None
        _place(temporary, blob_path(landing, sha256))
        checkpoint("renamed")
        failed.pop_all()
    is_sealed = seal is not None or not needs_seal
    return Landed(candidate, sha256, candidate.identity.size_bytes, seal, is_sealed, descriptor)


class _UnreadableError(Exception):
    """The sender's disk or share fails, not ours."""


def _copy(descriptor: int, incoming: Path) -> tuple[str, Path]:
    """Copy to a temporary file, synced. Reads no more than the limit, however fast the file grows."""
    digest = hashlib.sha256()
    copy, name = tempfile.mkstemp(dir=incoming)
    try:
        for _ in range(0, MAX_BYTES + 1, _CHUNK):
            try:
                chunk = os.read(descriptor, _CHUNK)
            except OSError as error:
                raise _UnreadableError from error
            if not chunk:
                break
            digest.update(chunk)
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(copy, rest) :]
        os.fchmod(copy, 0o444)
        os.fsync(copy)
    except BaseException:
        Path(name).unlink()
        raise
    finally:
        os.close(copy)
    return digest.hexdigest(), Path(name)


def _place(temporary: Path, target: Path) -> None:
    """Give the copy its name, unless good bytes are there: an existing blob is verified, never trusted."""
    target.parent.mkdir(exist_ok=True)
    if target.is_file() and _sha256(target) == target.name:
        temporary.unlink()
    else:
        temporary.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_seal(path: Path) -> Seal | None:
    """The sidecar `<file>.sha256`, as sha256sum writes it; None where there is none or it is not whole yet."""
    seal = path.with_name(path.name + ".sha256")
    try:
        descriptor = os.open(seal, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        written = _SEAL.fullmatch(stream.read(_SEAL_BYTES))
    return Seal(seal, Identity.of(status), written[1].decode().lower()) if written else None


# ---------- step 2: ledger


def _sync_blobs(landing: Path, landed: Collection[Landed]) -> None:
    for folder in {blob_path(landing, one.sha256).parent for one in landed}:
        sync_folder(folder)
    sync_folder(landing)


def _record(landed: Collection[Landed], ledger: Ledger, *, received_at: datetime, scan_seq: int) -> list[Delivery]:
    arrivals = [
        Arrival(
            one.candidate.department_code,
            one.candidate.file_name,
            one.sha256,
            one.size_bytes,
            one.is_sealed,
            one.origin,
        )
        for one in landed
    ]
    return ledger.record_files(arrivals, received_at=received_at, scan_seq=scan_seq)


def write_envelopes(landing: Path, ledger: Ledger, *, checkpoint: Callable[[str], None] = _carry_on) -> None:
    """Write the sidecar of every delivery that may lack it, also what a crashed pass left undone."""
    envelopes = ledger.unenveloped()
    for envelope in envelopes:
        delivery = envelope.delivery
        sidecar = blob_path(landing, delivery.sha256).with_name(f"{delivery.sha256}.{delivery.delivery_seq}.json")
        content = {**asdict(delivery), "received_at": delivery.received_at.isoformat(), "origin": envelope.origin}
        write_durably(sidecar, json.dumps(content, ensure_ascii=False, indent=1).encode())
        checkpoint("enveloped")
    if envelopes:
        ledger.enveloped(envelopes[-1].delivery.delivery_seq)
        checkpoint("confirmed")


# ---------- step 3: release


def _release(landed: Landed, delivery_seq: int, checkpoint: Callable[[str], None]) -> None:
    """Take the file out of the inbox, if it is still what was landed; else it stays, as a newer version.

    Our open descriptor keeps its inode from being given to another file meanwhile.
    """
    path, identity = landed.candidate.path, landed.candidate.identity
    try:
        if Identity.of(path.lstat()) != identity:
            return
        taken = path.rename(path.with_name(f".taken-{delivery_seq}-{secrets.token_hex(4)}"))
    except FileNotFoundError:
        return  # its sender took it away, after we had it
    checkpoint("taken")
    if not Identity.of(taken.lstat()).is_same_content(identity):
        _put_back(taken, path)
        return
    if landed.seal is not None:
        _remove_seal(landed.seal)
        checkpoint("unsealed")
    taken.unlink()
    checkpoint("released")


def _put_back(taken: Path, path: Path) -> None:
    """Undo a release: what we took is newer than what we landed."""
    # Never over a file that came meanwhile: its sender would have replaced this one by it.
    with suppress(FileExistsError):
        os.link(taken, path, follow_symlinks=False)
    taken.unlink()


def _remove_seal(seal: Seal) -> None:
    with suppress(FileNotFoundError):
        if Identity.of(seal.path.lstat()) == seal.identity:
            seal.path.unlink()


def _finish_releases(inbox: Path, departments: Collection[str], ledger: Ledger) -> None:
    """Finish what a pass that was killed had taken out of a folder and not removed yet."""
    for department_code in departments:
        for taken in (inbox / department_code).glob(".taken-*"):
            matched = _TAKEN.fullmatch(taken.name)
            status = taken.lstat()
            if matched is None or not stat.S_ISREG(status.st_mode):
                continue
            for envelope in ledger.envelopes([int(matched[1])]):
                delivery = envelope.delivery
                if delivery.department_code != department_code:
                    continue  # a department gave its own file this name
                path = taken.with_name(delivery.file_name)
                if not Identity.of(status).is_same_content(_identity_in(envelope.origin)):
                    _put_back(taken, path)
                    continue
                seal = _read_seal(path)
                if seal is not None and seal.sha256 == delivery.sha256:
                    _remove_seal(seal)
                taken.unlink()


# ---------- what is not in the inbox


def land_page(
    landing: Path,
    ledger: Ledger,
    content: bytes,
    *,
    source_name: str,
    department_code: str,
    extract_id: str,
    number: int,
    request: str,
    received_at: datetime,
    checkpoint: Callable[[str], None] = _carry_on,
) -> Delivery:
    """Land one answer of an API as it came; when this returns, the bytes and their number are durable.

    `number` counts the pages of its extract from 1, `request` is the JSON of `Delivery.request`.
    """
    place = f"{source_name}/{extract_id}/{number:04}.json"
    own = Own(
        kind="page",
        department_code=department_code,
        file_name=place,
        sha256=_store(landing, content, checkpoint),
        size_bytes=len(content),
        source_name=source_name,
        origin=f"page:{place}",
        extract_id=extract_id,
        request=request,
    )
    return _land_own(landing, ledger, own, at=received_at, checkpoint=checkpoint)


def land_extract(
    landing: Path,
    ledger: Ledger,
    extract: Extract,
    *,
    department_code: str,
    checkpoint: Callable[[str], None] = _carry_on,
) -> Delivery:
    """Land the list of pages of one complete run: only from here on do they count."""
    content = _as_json(asdict(extract))
    place = f"{extract.source_name}/{extract.extract_id}"
    own = Own(
        kind="extract",
        department_code=department_code,
        file_name=place,
        sha256=_store(landing, content, checkpoint),
        size_bytes=len(content),
        source_name=extract.source_name,
        origin=f"extract:{place}",
        extract_id=extract.extract_id,
    )
    return _land_own(landing, ledger, own, at=extract.ended_at, checkpoint=checkpoint)


def land_waiver(landing: Path, ledger: Ledger, waiver: Waiver, *, at: datetime) -> Delivery:
    """Land a person's decision that a report is not owed, or later; it lies with its reporting unit's deliveries."""
    content = _as_json({**asdict(waiver), "at": at})
    sha256 = _store(landing, content)
    own = Own(
        kind="waiver",
        department_code=waiver.reporting_unit_code,
        file_name=f"{waiver.source_name} {waiver.period.start.isoformat()}..{waiver.period.end.isoformat()}",
        sha256=sha256,
        size_bytes=len(content),
        source_name=waiver.source_name,
        origin=f"waiver:{sha256}",
    )
    return _land_own(landing, ledger, own, at=at)


def land_withdrawal(
    landing: Path, ledger: Ledger, delivery_seq: int, *, reason: str, by: str, at: datetime
) -> Delivery:
    """Land a person's decision that a delivery shall not count: bytes, number and sidecar like any other.

    Raises:
        UserError: there is no such delivery, it is a page or a withdrawal, or it is withdrawn already.
    """
    content = _as_json({"withdraws_delivery_seq": delivery_seq, "reason": reason, "by": by, "at": at})
    delivery = ledger.record_withdrawal(
        delivery_seq, reason=reason, by=by, at=at, sha256=_store(landing, content), size_bytes=len(content)
    )
    write_envelopes(landing, ledger)
    return delivery


def _as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, default=_iso).encode()


def _iso(value: date) -> str:  # a datetime too
    return value.isoformat()


def _store(landing: Path, content: bytes, checkpoint: Callable[[str], None] = _carry_on) -> str:
    """Make the bytes durable under their hash, and give it. What lies there already is replaced, not trusted."""
    sha256 = hashlib.sha256(content).hexdigest()
    write_durably(blob_path(landing, sha256), content)
    sync_folder(landing)
    checkpoint("stored")
    return sha256


def _land_own(
    landing: Path, ledger: Ledger, own: Own, *, at: datetime, checkpoint: Callable[[str], None] = _carry_on
) -> Delivery:
    delivery = ledger.record_own(own, at=at)
    checkpoint("recorded")
    write_envelopes(landing, ledger, checkpoint=checkpoint)
    return delivery


def read_extract(landing: Path, delivery: Delivery) -> Extract:
    """What the bytes of an extract say."""
    content = json.loads(blob_path(landing, delivery.sha256).read_bytes())
    return Extract(
        source_name=content["source_name"],
        extract_id=content["extract_id"],
        started_at=datetime.fromisoformat(content["started_at"]),
        ended_at=datetime.fromisoformat(content["ended_at"]),
        pages=tuple(content["pages"]),
        watermark=content["watermark"],
        since=content["since"],
    )


def read_waiver(landing: Path, delivery: Delivery) -> Waiver:
    """What the bytes of a waiver say."""
    content = json.loads(blob_path(landing, delivery.sha256).read_bytes())
    period = content["period"]
    return Waiver(
        source_name=content["source_name"],
        reporting_unit_code=content["reporting_unit_code"],
        period=Period(period["type"], date.fromisoformat(period["start"]), date.fromisoformat(period["end"])),
        due_date=date.fromisoformat(content["due_date"]) if content["due_date"] else None,
        reason=content["reason"],
        by=content["by"],
    )


def read_reason(landing: Path, delivery: Delivery) -> str:
    """Why a person withdrew a delivery, from the bytes of the decision."""
    return str(json.loads(blob_path(landing, delivery.sha256).read_bytes())["reason"])


def store_contract(landing: Path, contract: Contract) -> Path:
    """Keep the bytes of a contract and its suites under their hash, so that a rebuild has the version it needs.

    Returns the folder: `contract.yml` and each suite under its name.
    """
    folder = landing / "contracts" / contract.contract_hash
    files = {**contract.suites, "contract": contract.content}
    missing = [
        (folder / f"{name}.yml", content)
        for name, content in files.items()
        if not (folder / f"{name}.yml").is_file() or (folder / f"{name}.yml").read_bytes() != content
    ]
    for path, content in missing:
        write_durably(path, content)
    if missing:
        sync_folder(folder.parent)
        sync_folder(landing)
    return folder


def replay(landing: Path, ledger: Ledger, *, at: datetime) -> list[int]:
    """Fill an empty ledger from the sidecars: the same deliveries under the same numbers, all to be prepared.

    Returns the numbers that should be there and are not: lost sidecars, which the caller has to report.

    Raises:
        UserError: the ledger is not empty.
    """
    envelopes = [_read_envelope(sidecar) for sidecar in landing.glob("??/*.json")]
    ledger.restore(envelopes, at=at)
    present = {envelope.delivery.delivery_seq for envelope in envelopes}
    return sorted(set(range(1, max(present, default=0) + 1)) - present)


def _read_envelope(sidecar: Path) -> Envelope:
    content = json.loads(sidecar.read_text(encoding="utf-8"))
    origin = content.pop("origin")
    content["received_at"] = datetime.fromisoformat(content["received_at"])
    return Envelope(Delivery(**content), origin)


@contextmanager
def _alone(landing: Path) -> Iterator[None]:
    """One pass at a time; the system ends the lock with its process. What a killed pass half copied is removed."""
    incoming = landing / _INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    with (landing / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for half_copied in incoming.iterdir():
            half_copied.unlink()
        yield
