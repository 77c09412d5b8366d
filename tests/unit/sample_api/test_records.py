"""Dossiers and tasks of the sample systems: sums that fit the forms, and days that go by."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample import figures
from sample_api_client import END, SEPTEMBER, Client
from shipped import PROFILE


def test_dossiers_add_up_to_the_forms_of_their_month_but_in_two_communes(
    whole_month: Client, org_units: OrgUnits
) -> None:
    communes = org_units.members(level="commune", province_code="14", on=SEPTEMBER[1])
    form = figures.settlements(PROFILE, 1, figures.weigh_communes(1, communes), 0)
    form |= figures.digitisation(PROFILE, 1, form, 0)
    rows = [row for row in whole_month.all_dossiers() if row["status"] != "cancelled"]
    counted = {
        "received_count": lambda row: True,
        "online_count": lambda row: row["channel"] == "online",
        "direct_count": lambda row: row["channel"] == "direct",
        "settled_count": lambda row: row["status"] == "settled",
        "settled_on_time_count": lambda row: row["settledAt"] and row["settledAt"] <= row["dueAt"],
        "settled_late_count": lambda row: row["settledAt"] and row["settledAt"] > row["dueAt"],
        "pending_on_time_count": lambda row: row["status"] == "pending" and row["dueAt"] >= END,
        "pending_late_count": lambda row: row["status"] == "pending" and row["dueAt"] < END,
        "completed_count": lambda row: row["settledAt"],
        "digitised_count": lambda row: row["isDigitised"] and row["settledAt"],
        "reusing_count": lambda row: row["reusesData"] and row["settledAt"],
        "with_fee_count": lambda row: row["feeVnd"] > 0,
        "paid_online_count": lambda row: row["feeVnd"] > 0 and row["isPaidOnline"],
        "eligible_count": lambda row: row["isFullyOnline"],
    }
    # The form counts fewer services as filed online throughout than the channel of its dossiers would give.
    assert set(counted) == set(form) - {"fully_online_count"}
    differing: set[str] = set()
    for name, fits in counted.items():
        by_commune = Counter(row["communeCode"] for row in rows if fits(row))
        assert by_commune.total() == sum(form[name]), name
        differing |= {
            unit.code for unit, count in zip(communes, form[name], strict=True) if by_commune[unit.code] != count
        }
    assert len(differing) == 2
    assert {row["communeCode"] for row in rows} == {unit.code for unit in communes}


def test_dossiers_are_of_their_month_and_no_time_runs_backwards(whole_month: Client) -> None:
    rows = whole_month.all_dossiers()
    assert len({row["dossierId"] for row in rows}) == len(rows)
    assert [row["updatedAt"] for row in rows] == sorted(row["updatedAt"] for row in rows)
    for row in rows:
        assert SEPTEMBER[0].isoformat() <= row["receivedAt"] < END
        assert row["receivedAt"] <= row["updatedAt"] < END
        assert row["settledAt"] is None or row["receivedAt"] < row["settledAt"]
        assert row["dueAt"] > row["receivedAt"]


def test_tasks_add_up_to_the_form_but_at_two_agencies(whole_month: Client, org_units: OrgUnits) -> None:
    agencies = org_units.members(level="agency", province_code="14", on=SEPTEMBER[1])
    form = figures.tasks(1, len(agencies), 0)
    rows = whole_month.all_tasks()
    counted = {
        "assigned_count": lambda row: True,
        "due_count": lambda row: row["dueAt"] < END,
        "on_time_count": lambda row: row["doneAt"] and row["doneAt"] <= row["dueAt"],
        "late_count": lambda row: row["doneAt"] and row["doneAt"] > row["dueAt"],
        "overdue_count": lambda row: not row["doneAt"] and row["dueAt"] < END,
        "slow_count": lambda row: row["progress"] == "slow",
    }
    assert set(counted) == set(form)
    differing: set[str] = set()
    for name, fits in counted.items():
        by_agency = Counter(row["agencyCode"] for row in rows if fits(row))
        assert by_agency.total() == sum(form[name]), name
        differing |= {
            unit.code for unit, count in zip(agencies, form[name], strict=True) if by_agency[unit.code] != count
        }
    assert len(differing) == 2


def test_the_same_seed_gives_the_same_records_and_another_seed_others(new_client: Callable[..., Client]) -> None:
    one, same, other = (new_client(seed=seed, dossiers=500) for seed in (3, 3, 4))
    assert one.all_dossiers() == same.all_dossiers()
    assert one.all_tasks() == same.all_tasks()
    assert one.index(2, p_thang=9).json() == same.index(2, p_thang=9).json()
    assert one.all_dossiers() != other.all_dossiers()
    assert one.index(2, p_thang=9).json() != other.index(2, p_thang=9).json()


def test_as_many_dossiers_as_wanted_are_served_and_their_shares_stay(new_client: Callable[..., Client]) -> None:
    rows = new_client(dossiers=100_000).all_dossiers()
    assert sum(row["status"] != "cancelled" for row in rows) == 100_000
    settled = [row for row in rows if row["settledAt"]]
    assert sum(row["settledAt"] <= row["dueAt"] for row in settled) / len(settled) > 0.97
    assert sum(row["channel"] == "online" for row in rows) / len(rows) > 0.9
    assert {row["status"] for row in rows} == {"settled", "pending", "cancelled"}


def test_a_later_day_shows_new_dossiers_and_changes_and_only_those(new_client: Callable[..., Client]) -> None:
    client = new_client(today=date(2025, 9, 1), dossiers=3_000)
    before = {row["dossierId"]: row for row in client.all_dossiers()}
    watermark = max(row["updatedAt"] for row in before.values())
    assert client.http.post("/clock", json={"today": "2025-09-08"}).json()["today"] == "2025-09-08"
    changed = {row["dossierId"]: row for row in client.all_dossiers(updatedSince=watermark)}
    after = {row["dossierId"]: row for row in client.all_dossiers()}
    assert before | changed == after
    assert 0 < len(set(before) & set(changed)) < len(before)
    assert set(changed) - set(before)


def test_a_later_day_shows_changed_tasks_and_only_those(new_client: Callable[..., Client]) -> None:
    client = new_client(today=date(2025, 9, 1))
    before = {row["taskId"]: row for row in client.all_tasks()}
    watermark = max(row["updatedAt"] for row in before.values())
    client.http.post("/clock", json={"today": "2025-09-15"})
    changed = {row["taskId"]: row for row in client.all_tasks(changedSince=watermark)}
    assert before | changed == {row["taskId"]: row for row in client.all_tasks()}
    assert 0 < len(changed) < len(before)


def test_months_before_are_served_when_asked_for_and_their_pending_dossiers_settle(
    new_client: Callable[..., Client],
) -> None:
    rows = new_client(months=2, dossiers=2_000).all_dossiers()
    august = [row for row in rows if row["receivedAt"] < SEPTEMBER[0].isoformat()]
    assert min(row["receivedAt"] for row in august) >= "2025-07-15"
    assert abs(sum(row["status"] != "cancelled" for row in rows) - 2_000) <= 1
    assert {row["status"] for row in august} == {"settled"}
