"""Figures of the first eight forms, of systems 01 to 14."""

from collections.abc import Mapping

from ioc_pipeline.sample import figures
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import (
    Body,
    Section,
    by_name,
    by_unit,
    of_province,
    one_line,
    whole,
    with_subtotals,
    with_sums_above,
)
from ioc_pipeline.sample.form import FormRow
from ioc_pipeline.sample.printed import Cell

BLOCKS = (
    ("department", "Khối văn phòng, sở, ban, ngành"),
    ("central", "Khối cơ quan trung ương đóng trên địa bàn"),
    ("party", "Khối cơ quan Đảng"),
)


def admin_procedures(asked: Asked) -> list[Body]:
    settlements = figures.settlements(asked.profile, asked.seed, asked.weights(), asked.age)
    return [
        by_unit(asked, asked.communes(), settlements),
        of_province(asked, {**asked.profile.procedures.model_dump(), "as_at_date": asked.period.end}),
    ]


def vneid_accounts(asked: Asked) -> list[Body]:
    accounts = figures.accounts(asked.profile, asked.seed, asked.weights(), asked.age)

    def share(cells: Mapping[str, Cell]) -> Cell:
        return round(whole(cells, "level2_count") / whole(cells, "eligible_population"), 4)

    return [by_unit(asked, asked.communes(), accounts).derive("level2_pct", share)]


def telecom_coverage(asked: Asked) -> list[Body]:
    """Wards and communes as two sections. Nobody was asked for 5G before the merger."""
    communes = asked.communes()
    urban = "Các phường" if asked.is_merged else "Các phường, thị trấn"
    sections = [
        Section(serial, title, [place for place, unit in enumerate(communes) if (unit.unit_type != "Xã") == is_urban])
        for serial, is_urban, title in (("I", True, urban), ("II", False, "Các xã"))
    ]
    return [
        with_subtotals(
            asked, communes, figures.coverage(asked.profile, asked.seed, asked.weights(), communes, asked.age), sections
        )
    ]


def signed_documents(asked: Asked) -> list[Body]:
    agencies = asked.agencies()
    documents = figures.outgoing_documents(asked.profile, asked.seed, len(agencies), asked.age)

    def share(cells: Mapping[str, Cell]) -> Cell:
        return _percent(whole(cells, "signed_count"), whole(cells, "outgoing_count"))

    return [by_unit(asked, agencies, documents).derive("signed_pct", share)]


def tax_online(asked: Asked) -> list[Body]:
    """One line for the province, its period in a column."""
    cells: dict[str, Cell] = {name: number for name, (number,) in figures.tax_filing(asked.profile, asked.age).items()}
    cells["period"] = str(asked.words()["Month"])
    cells["online_pct"] = _percent(whole(cells, "online_count"), whole(cells, "active_count"))
    return [one_line(cells)]


def digital_economy(asked: Asked) -> list[Body]:
    """One line a year, the last year preliminary."""
    known = [line for line in asked.profile.digital_economy if line.year <= asked.period.end.year]
    first, newest = known[0].year, known[-1].year
    rows = [
        FormRow(
            "data",
            str(number),
            {
                "period": f"Sơ bộ {line.year}" if line.year == newest else f"Năm {line.year}",
                "grdp": line.grdp,
                "digital_value": line.digital_value,
                "share_pct": line.share_pct,
                "note": "Số sơ bộ" if line.year == newest else "Số chính thức",
            },
        )
        for number, line in enumerate(known, start=1)
    ]
    return [Body(rows, words={"first_year": first, "newest_year": newest})]


def chip_id_health(asked: Asked) -> list[Body]:
    communes = asked.communes()
    body = by_unit(asked, communes, figures.facilities(asked.profile, asked.seed, asked.weights(), asked.age))
    for line, unit in zip(body.rows, communes, strict=True):
        line.cells["commune_code"] = unit.code
    return [body]


def assigned_tasks(asked: Asked) -> list[Body]:
    """Agencies by block, each block's figures on its roman line."""
    agencies = asked.agencies()
    blocks = [(kind, title) for kind, title in BLOCKS if any(unit.unit_type == kind for unit in agencies)]
    sections = [
        Section(serial, title.upper(), [place for place, unit in enumerate(agencies) if unit.unit_type == kind])
        for serial, (kind, title) in zip(("I", "II", "III"), blocks, strict=False)
    ]
    return [with_sums_above(asked, agencies, figures.tasks(asked.seed, len(agencies), asked.age), sections)]


FILLS = by_name(
    (
        admin_procedures,
        vneid_accounts,
        telecom_coverage,
        signed_documents,
        tax_online,
        digital_economy,
        chip_id_health,
        assigned_tasks,
    )
)


def _percent(part: int, of: int) -> Cell:
    """A share as text with a decimal comma."""
    return f"{100 * part / of:.2f}".replace(".", ",")
