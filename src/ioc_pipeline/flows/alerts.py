"""What an operator should know of now. Nobody keeps these: each look asks the stores, the folders and the disk."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ioc_pipeline.domain.alerts import SEVERITIES, Alert
from ioc_pipeline.domain.errors import BrokenRecordError, ContractError, StoresError, UserError
from ioc_pipeline.domain.local_time import as_local, local_day
from ioc_pipeline.durable import write_durably
from ioc_pipeline.flows.failures import failures
from ioc_pipeline.flows.inbox_folders import known_folders, not_taken_for
from ioc_pipeline.flows.purge_dates import KEPT, still_kept
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import expect_own_warehouse, open_ledger
from ioc_pipeline.land.folder_faults import folder_faults
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.postgresql import place_of
from ioc_pipeline.publish.versions import is_sound, read_pointer, serving_problem
from ioc_pipeline.reference.senders import EVERYBODY, read_senders
from ioc_pipeline.settings import Settings

LATE = timedelta(minutes=15)  # a drop takes seconds, a pass of thousands of files minutes
BUILD_LATE = timedelta(hours=1, minutes=15)  # build_marts looks every hour whether it is due
MIDNIGHT_LATE = timedelta(minutes=30)
EXTRACT_LATE = timedelta(hours=30)  # every API is asked once a day at least
PURGE_LATE = timedelta(hours=36)  # deleted every night
QUIET = timedelta(days=5)  # longer than a weekend with a holiday beside it
FAILED_FOR = timedelta(days=1)
WEEK = timedelta(days=7)
RETURNED_SHARE, RETURNED_OF_FILES = 0.3, 10
DISK_FULL, DISK_FILLING = 0.03, 0.1  # free, as a share of the disk


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an installation, at one moment."""

    settings: Settings
    ledger: Ledger
    now: datetime


def alerts(settings: Settings, *, now: datetime | None = None) -> list[Alert]:
    """Everything an operator should know of, the critical first; empty when all is well.

    A question that fails is an alert itself and hides no other.
    """
    now = now or datetime.now(UTC)
    found: list[Alert] = []
    try:
        look = Look(settings, open_ledger(settings), now)
    except Exception as error:  # ours say what is wrong and what heals it, another may hold a password
        reason = str(error) if isinstance(error, StoresError | UserError) else type(error).__name__
        return [Alert("state-unknown", f"Không mở được kho dữ liệu: {reason}"), *_disk(settings)]
    for ask in _QUESTIONS:
        try:
            found += ask(look)
        except Exception as error:
            found.append(
                Alert("state-unknown", f"Không kiểm tra được {ask.__name__[1:]} ({type(error).__name__})", ask.__name__)
            )
    return sorted(found, key=lambda alert: (alert.severity, list(SEVERITIES).index(alert.code)))


@dataclass(frozen=True, slots=True)
class News:
    """What is so now, and a line for everything that has come up or is over since operators were told last."""

    found: list[Alert]
    lines: list[str]


def news(settings: Settings) -> News:
    """Look, and compare with what operators were told last."""
    found = alerts(settings)
    now = {_key(alert): alert for alert in found}
    told = _told(settings)
    lines = [f"{alert.severity}: [{alert.code}] {alert.text}" for key, alert in now.items() if key not in told]
    lines += [f"hết: [{code}] {about}".rstrip() for code, about in told if (code, about) not in now]
    return News(found, lines)


def remember(settings: Settings, found: Sequence[Alert]) -> None:
    """Note that operators were told of these."""
    content = json.dumps(sorted(_key(alert) for alert in found), ensure_ascii=False)
    write_durably(_path(settings), content.encode())


def _told(settings: Settings) -> list[tuple[str, str]]:
    try:
        return [(code, about) for code, about in json.loads(_path(settings).read_bytes())]
    except (FileNotFoundError, ValueError):
        return []


def _key(alert: Alert) -> tuple[str, str]:
    return alert.code, alert.about


def _path(settings: Settings) -> Path:
    return settings.home / "told_alerts.json"


def _disk_of(look: Look) -> Iterator[Alert]:
    yield from _disk(look.settings)


def _disk(settings: Settings) -> Iterator[Alert]:
    usage = shutil.disk_usage(settings.home)
    free = f"Ổ đĩa còn trống {usage.free / 1024**3:.1f} GB ({usage.free / usage.total:.0%})"
    if usage.free < usage.total * DISK_FULL:
        yield Alert("disk-full", f"{free}: sắp ngừng nhận tệp; tệp của các đơn vị vẫn nằm trong hộp thư")
    elif usage.free < usage.total * DISK_FILLING:
        yield Alert("disk-filling", free)


def _inbox(look: Look) -> Iterator[Alert]:
    departments = known_folders(look.settings, Reference(look.settings))
    for fault in folder_faults(look.settings.inbox, departments):
        yield Alert(
            "folder-unusable",
            f"Thư mục inbox/{fault.place} không dùng được ({fault.reason}): đơn vị này không gửi được hoặc không nhận "
            "được phản hồi; các đơn vị khác không bị ảnh hưởng",
            fault.place,
        )
    if late := not_taken_for(look.settings, departments, LATE, look.ledger):
        units = ", ".join(sorted({one.department_code for one in late}))
        text = f"{len(late)} tệp nằm trong hộp thư quá {LATE.total_seconds() / 60:.0f} phút mà chưa được nhận ({units})"
        yield Alert("inbox-not-taken", f"{text}: màn hình chưa có số liệu mới của các đơn vị này")


def _deliveries(look: Look) -> Iterator[Alert]:
    for reason, count in sorted(look.ledger.held_by_reason().items()):
        yield Alert(
            "deliveries-held",
            f"{count} lần gửi đang bị giữ vì lỗi phía hệ thống ({reason}): số liệu của các tệp này chưa lên màn hình",
            reason,
        )
    waiting = look.ledger.waiting_to_be_read()
    if waiting.since and waiting.since < look.now - LATE:
        text = f"{waiting.count} lần gửi đã nhận nhưng chưa nạp, lâu nhất từ {_time(waiting.since)}"
        yield Alert("deliveries-waiting", f"{text}: màn hình chưa có số liệu của các lần gửi này")
    unanswered = look.ledger.waiting_to_be_answered()
    if unanswered.since and unanswered.since < look.now - LATE:
        text = f"{unanswered.count} lần gửi chưa ghi được phản hồi cho đơn vị, lâu nhất từ {_time(unanswered.since)}"
        yield Alert("answers-waiting", text)


def _contracts(look: Look) -> Iterator[Alert]:
    for name in sorted(Reference(look.settings).contracts.broken):
        yield Alert(
            "contract-stopped", f"Hợp đồng dữ liệu {name} có lỗi: biểu này không được đọc cho tới khi sửa", name
        )


def _senders(look: Look) -> Iterator[Alert]:
    try:
        codes = frozenset[str]().union(*read_senders(look.settings.senders).values())
    except ContractError as error:
        yield Alert("senders-list", f"Không tài khoản nào gửi tệp hay xem được trang của đơn vị mình: {error}", "list")
        return
    unknown = codes - known_folders(look.settings, Reference(look.settings)) - {EVERYBODY}
    if unknown:
        text = f"include/senders.csv có mã không phải đơn vị gửi báo cáo: {', '.join(sorted(unknown))}"
        yield Alert("senders-list", f"{text}; các tài khoản đó không gửi được cho đơn vị này", "codes")


def _marts(look: Look) -> Iterator[Alert]:
    unpublished = look.ledger.waiting_to_be_published()
    pointer = read_pointer(look.settings.published)
    shown = f"phiên bản {pointer.version} lúc {_time(datetime.fromisoformat(pointer.published_at))}" if pointer else ""
    if unpublished.since and unpublished.since < look.now - BUILD_LATE:
        text = f"{unpublished.count} lần gửi đã nạp từ {_time(unpublished.since)} nhưng chưa công bố"
        yield Alert("marts-behind", f"{text}: màn hình vẫn hiển thị {shown or 'trống'}")
    if pointer and pointer.as_of < local_day(look.now - MIDNIGHT_LATE).isoformat():
        text = f"Số liệu công bố tính đến ngày {pointer.as_of}"
        yield Alert("marts-of-yesterday", f"{text}: màn hình chưa tính các báo cáo quá hạn từ hôm đó")


def _serving(look: Look) -> Iterator[Alert]:
    url = look.settings.serving_url
    if url and (problem := serving_problem(look.settings.published, place_of(url))):
        yield Alert("serving-behind", f"PostgreSQL cho công cụ BI chưa hiển thị phiên bản hiện hành: {problem}")


def _runs(look: Look) -> Iterator[Alert]:
    for failure in failures(look.settings):
        if failure.at > look.now - FAILED_FOR:
            task = f", tác vụ {failure.task_id}" if failure.task_id else ""
            yield Alert(
                "run-failed",
                f"Airflow: {failure.dag_id}{task} thất bại lúc {_time(failure.at)} ({failure.reason}) và chưa chạy lại "
                "thành công: màn hình có thể chưa có số liệu mới",
                f"{failure.dag_id}.{failure.task_id}",
            )


def _arrivals(look: Look) -> Iterator[Alert]:
    last = look.ledger.last_arrival()
    if last and last < look.now - QUIET:
        yield Alert("nothing-arrives", f"Không nhận được tệp hay dữ liệu nào từ {_time(last)}")
    apis = [contract.source.name for contract in Reference(look.settings).contracts.apis()]
    for source_name, ended_at in sorted(look.ledger.last_extracts(apis).items()):
        if ended_at < look.now - EXTRACT_LATE:
            text = f"API {source_name}: lần lấy dữ liệu đủ gần nhất là {_time(ended_at)}"
            yield Alert("extract-late", f"{text}: màn hình hiển thị số liệu cũ của hệ thống này", source_name)
    outcomes = look.ledger.outcomes_since(look.now - WEEK)
    files, returned = sum(outcomes.values()), outcomes.get("returned", 0)
    if files >= RETURNED_OF_FILES and returned / files >= RETURNED_SHARE:
        yield Alert("many-returned", f"Trong 7 ngày, {returned} trên {files} tệp bị trả lại ({returned / files:.0%})")


def _personal_data(look: Look) -> Iterator[Alert]:
    overdue = still_kept(look.settings, look.now - KEPT - PURGE_LATE)
    if overdue:
        text = f"{len(overdue)} lần gửi có dữ liệu cá nhân đã trả lại quá {KEPT.days} ngày mà chưa xóa"
        yield Alert("personal-data-kept", f"{text}: {', '.join(map(str, overdue[:5]))}")


def _record(look: Look) -> Iterator[Alert]:
    try:
        look.ledger.verify_new_events()
    except BrokenRecordError as error:
        yield Alert("record-broken", f"Nhật ký của sổ cái đã bị sửa: {error}")


def _stores(look: Look) -> Iterator[Alert]:
    try:
        expect_own_warehouse(look.settings, look.ledger)
    except StoresError as error:
        yield Alert("stores-apart", f"Không nhận và không nạp gì cho tới khi khôi phục: {error}")
    version = look.ledger.head().published_version
    if version and not is_sound(look.settings.published, version=version):
        text = f"Bản công bố {version} bị mất, bị sửa hoặc không phải bản mới nhất: màn hình có thể hiển thị số sai"
        yield Alert("publication-touched", f"{text} cho tới lần công bố sau")
    by_area: dict[str, list[str]] = {}
    for finding in look.ledger.findings():
        by_area.setdefault(finding.area, []).append(finding.place)
    for area, places in by_area.items():
        text = f"Dữ liệu lưu giữ khác với lúc ghi nhận ({area}): {', '.join(places[:3])}"
        yield Alert("stores-damaged", text + (f" và {len(places) - 3} nơi khác" if len(places) > 3 else ""), area)


def _time(moment: datetime) -> str:
    return f"{as_local(moment):%H:%M ngày %d/%m/%Y}"


_QUESTIONS: tuple[Callable[[Look], Iterator[Alert]], ...] = (
    *(_disk_of, _inbox, _deliveries, _contracts, _senders, _marts),
    *(_serving, _runs, _arrivals, _personal_data, _record, _stores),
)
