"""Yearly forms: the ministry's ranking of provinces, the province's own of agencies and communes, awards, awareness."""

import random
from collections.abc import Callable, Sequence

from ioc_pipeline.domain.periods import Period, period_containing
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.departments import PROVINCE, UBND, Asked, FileOfForm, plain, rows_of, sums_of
from ioc_pipeline.sample.figures import agency_sizes, around, share_out, wobbler
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.pages import Cell, Page
from ioc_pipeline.sample.writers import xls_bytes, xlsx_bytes

DTI_SHEETS = 3  # years in one workbook, so that a reader sees where a province comes from
DTI_INDICES = (
    ("awareness", "Nhận thức số", 0.1),
    ("institutions", "Thể chế số", 0.1),
    ("infrastructure", "Hạ tầng số", 0.1),
    ("human_resources", "Nhân lực số", 0.1),
    ("security", "An toàn thông tin mạng", 0.1),
    ("government", "Chính quyền số", 0.2),
    ("economy", "Kinh tế số", 0.15),
    ("society", "Xã hội số", 0.15),
)
"""Column, name, share of the 1,000 points (Decision 922/QĐ-BTTTT)."""

DTI_RANKS = {2020: {"80": 27}, 2021: {"80": 21}, 2022: {"80": 11, "33": 33, "14": 44}}
"""Published by dti.gov.vn: Long An, Hưng Yên, Sơn La, of 63."""

DTI_TIES = {2022: 15}  # two provinces shared this rank, and none had the next
DTI_TOTALS_YEAR = 2024
DTI_TOTALS = {
    "01": 0.8241, "46": 0.7951,  # Hà Nội, Huế: published
    "31": 0.7886, "30": 0.7828,  # Hải Phòng and Hải Dương: their mean 0.7857 is published
    "79": 0.7902, "74": 0.7744, "77": 0.7664,  # Hồ Chí Minh city with two more provinces: mean 0.7770 is published
    "33": 0.5762, "34": 0.5904,  # Hưng Yên with Thái Bình: among the last three of 34
}  # fmt: skip

AGENCY_MEAN, COMMUNE_MEAN = 7_320, 7_640  # hundredths: published for 2024 of agencies, and of the former districts
AWARDS = {2021: (2, 3), 2022: (3, 3), 2023: (4, 4), 2024: (3, 5)}
"""Groups and people commended by year: 12 and 15 together, as published for 2021-2025."""

GRADES = ((80, "Tốt"), (65, "Khá"), (50, "Trung bình"), (0, "Yếu"))


def dti_results(asked: Asked) -> FileOfForm:
    """Biểu 12/DTI: .xlsx, one sheet a year of all provinces of that year, the newest first."""
    last = asked.period.end
    years = [period_containing(last.replace(year=last.year - back), "year", "calendar") for back in range(DTI_SHEETS)]
    return f"DTI cấp tỉnh {years[-1].end.year}-{last.year}.xlsx", xlsx_bytes([_dti_page(asked, year) for year in years])


def _dti_page(asked: Asked, year: Period) -> Page:
    provinces = asked.org_units.members(level="province", province_code=PROVINCE, on=year.end)
    totals = _dti_totals(asked.seed, year.end.year, [unit.code for unit in provinces])
    chance = random.Random(f"{asked.seed}:dti-parts:{year.end.year}")  # noqa: S311  # figures, not secrets
    lines = sorted(zip(provinces, totals, strict=True), key=lambda line: (-line[1], line[0].name))
    rows = []
    for number, (unit, total) in enumerate(lines, start=1):
        rank = 1 + sum(other > total for other in totals)
        cells: dict[str, Cell] = {
            "org_unit": unit.full_name,
            "rank": f"{rank}/{len(totals)}",
            "total": total,
            **_dti_parts(total, chance),
        }
        rows.append(FormRow("data", str(number), cells))
    main = "Chỉ số chính"
    form = Form(
        name=f"DTI {year.end.year}",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 12/DTI",
        title=["KẾT QUẢ ĐÁNH GIÁ, XẾP HẠNG", "CHỈ SỐ CHUYỂN ĐỔI SỐ CẤP TỈNH"],
        period_lines=[f"Năm {year.end.year}"],
        unit_line="",
        columns=[
            FormColumn("org_unit", ("Tỉnh, thành phố",), 28, ""),
            FormColumn("rank", ("Xếp hạng",), 10, ""),
            FormColumn("total", ("DTI",), 10, "0.0000"),
            *(FormColumn(name, (main, title), 11, "0.0000") for name, title, _ in DTI_INDICES),
        ],
        rows=rows,
        notes=[f"Ghi chú: thang điểm từ 0 đến 1; xếp hạng trên {len(rows)} tỉnh, thành phố."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
    )
    return lay_out(form)


def _dti_totals(seed: int, year: int, codes: Sequence[str]) -> list[float]:
    """Published totals and ranks where known, invented ones elsewhere; a province stays near its place of last year."""
    chance = random.Random(f"{seed}:dti:{year}")  # noqa: S311
    strengths = {code: _dti_strength(seed, code) + chance.uniform(-0.08, 0.08) for code in codes}
    if year == DTI_TOTALS_YEAR:
        return [DTI_TOTALS.get(code) or round(0.61 + 0.145 * min(max(strengths[code], 0), 1), 4) for code in codes]
    ranks = DTI_RANKS.get(year, {})
    order = sorted((code for code in codes if code not in ranks), key=lambda code: -strengths[code])
    for code, rank in sorted(ranks.items(), key=lambda item: item[1]):
        order.insert(rank - 1, code)
    ladder = [round(0.7642 - 0.0048 * step - chance.uniform(0, 0.0046), 4) for step in range(len(order))]
    if tie := DTI_TIES.get(year):
        ladder[tie] = ladder[tie - 1]
    totals = dict(zip(order, ladder, strict=True))
    return [totals[code] for code in codes]


def _dti_strength(seed: int, code: str) -> float:
    """From 0, the last province, to 1; of those with a published rank it follows from it."""
    if rank := DTI_RANKS[2022].get(code):
        return 1 - rank / 63
    return random.Random(f"{seed}:dti:{code}").random()  # noqa: S311


def _dti_parts(total: float, chance: random.Random) -> dict[str, Cell]:
    """Main indices whose weighted sum is the total within rounding."""
    apart = [chance.uniform(-0.08, 0.08) for _ in DTI_INDICES]
    middle = sum(difference * share for difference, (_, _, share) in zip(apart, DTI_INDICES, strict=True))
    return {
        name: round(total + difference - middle, 4) for difference, (name, _, _) in zip(apart, DTI_INDICES, strict=True)
    }


def yearly_assessment(asked: Asked) -> FileOfForm:
    """Biểu 13/ĐG: .xlsx, agencies on one sheet and communes on another; every agency met 6 of 8 targets."""
    agencies, communes = asked.agencies(), asked.communes()
    targets = "Mục tiêu chính quyền số"
    score = [
        FormColumn("assessed", ("Được đánh giá (1: có, 0: không)",), 13),
        FormColumn("score", ("Điểm đánh giá",), 11, "0.00"),
        FormColumn("grade", ("Xếp loại",), 12, ""),
        FormColumn("rank", ("Xếp hạng",), 10, ""),
    ]
    of_agencies = _scores(asked, "agencies", len(agencies), AGENCY_MEAN - 210 * asked.age)
    for cells in of_agencies:
        cells |= {"targets": "6/8", "meets_targets": 1, "misses_targets": 0}
    pages = [
        _assessment(
            asked,
            "Biểu 13a",
            ["KẾT QUẢ ĐÁNH GIÁ, XẾP HẠNG CHUYỂN ĐỔI SỐ", "CỦA CÁC CƠ QUAN, ĐƠN VỊ"],
            [
                FormColumn("org_unit", ("Cơ quan, đơn vị",), 38, ""),
                *score,
                FormColumn("targets", (targets, "Số đạt/tổng số"), 11, ""),
                FormColumn("meets_targets", (targets, "Đạt từ 6 mục tiêu"), 11),
                FormColumn("misses_targets", (targets, "Chưa đạt 6 mục tiêu"), 11),
            ],
            asked.names(agencies),
            of_agencies,
        ),
        _assessment(
            asked,
            "Biểu 13b",
            ["KẾT QUẢ ĐÁNH GIÁ, XẾP HẠNG CHUYỂN ĐỔI SỐ CẤP XÃ"],
            [FormColumn("org_unit", ("Xã, phường, thị trấn",), 44, ""), *score],
            asked.names(communes),
            _scores(asked, "communes", len(communes), COMMUNE_MEAN - 210 * asked.age),
        ),
    ]
    return f"Đánh giá chuyển đổi số năm {asked.period.end.year}.xlsx", xlsx_bytes(pages)


def _scores(asked: Asked, who: str, count: int, mean: int) -> list[dict[str, Cell]]:
    """Cells of `count` units whose scores, in hundredths, have exactly this mean."""
    wobble = wobbler(f"{asked.seed}:assessment:{who}:{asked.period.end.year}")
    least = mean - 2_200
    scores = [least + more for more in share_out((mean - least) * count, around([1.0] * count, wobble, 0.6))]
    return [
        {
            "assessed": 1,
            "score": points / 100,
            "grade": next(grade for bound, grade in GRADES if points >= 100 * bound),
            "rank": f"{1 + sum(other > points for other in scores)}/{count}",
        }
        for points in scores
    ]


def _assessment(
    asked: Asked,
    name: str,
    title: list[str],
    columns: list[FormColumn],
    names: list[str],
    values: list[dict[str, Cell]],
) -> Page:
    form = Form(
        name=name,
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number=f"Biểu số {name.removeprefix('Biểu ')}/ĐG",
        title=title,
        period_lines=[f"Năm {asked.period.end.year}"],
        unit_line="Đơn vị tính: điểm",
        columns=columns,
        rows=[
            FormRow("data", str(number), {"org_unit": unit, **cells})
            for number, (unit, cells) in enumerate(zip(names, values, strict=True), start=1)
        ],
        notes=["Ghi chú: thang điểm 100; từ 80 là Tốt, từ 65 là Khá, từ 50 là Trung bình, dưới 50 là Yếu."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return lay_out(form)


def emulation_awards(asked: Asked) -> FileOfForm:
    """Biểu 14/TĐKT: .xls, 12 groups and 15 people commended since 2021; ranks within each block of agencies."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:awards")
    weights = around(agency_sizes(f"{asked.seed}:agencies", len(agencies)), wobble, 0.6)
    year = asked.period.end.year
    groups = {each: share_out(AWARDS[each][0], around(weights, wobble, 0.6)) for each in AWARDS if each <= year}
    people = {each: share_out(AWARDS[each][1], around(weights, wobble, 0.6)) for each in AWARDS if each <= year}
    nobody = [0] * len(agencies)
    values = {
        "group_count": groups.get(year, nobody),
        "person_count": people.get(year, nobody),
        "group_total": [sum(counts) for counts in zip(nobody, *groups.values(), strict=True)],
        "person_total": [sum(counts) for counts in zip(nobody, *people.values(), strict=True)],
    }
    body = rows_of(asked.names(agencies), values, plain)
    for line, (rank, among) in zip(body, _block_ranks(agencies, weights), strict=True):
        best = "Cờ thi đua" if rank == 1 and among > 1 else "Tập thể lao động tiên tiến"
        line.cells["title_class"] = "Tập thể lao động xuất sắc" if 1 < rank <= among / 3 else best
        line.cells["rank"] = f"{rank}/{among}"
    in_year, since = "Khen thưởng trong năm", "Lũy kế từ năm 2021"
    form = Form(
        name="TDKT",
        superior=UBND,
        office="SỞ NỘI VỤ",
        form_number="Biểu số 14/TĐKT",
        title=["KẾT QUẢ THI ĐUA, KHEN THƯỞNG VỀ CHUYỂN ĐỔI SỐ"],
        period_lines=[f"Năm {asked.period.end.year}"],
        unit_line="Đơn vị tính: tập thể, người",
        columns=[
            FormColumn("org_unit", ("Cơ quan, đơn vị",), 38, ""),
            FormColumn("group_count", (in_year, "Tập thể"), 10),
            FormColumn("person_count", (in_year, "Cá nhân"), 10),
            FormColumn("group_total", (since, "Tập thể"), 10),
            FormColumn("person_total", (since, "Cá nhân"), 10),
            FormColumn("title_class", ("Danh hiệu thi đua",), 26, ""),
            FormColumn("rank", ("Xếp hạng trong khối thi đua",), 14, ""),
        ],
        rows=[*body, FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)})],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Thi đua khen thưởng năm {asked.period.end.year}.xls", xls_bytes([lay_out(form)])


def _block_ranks(agencies: Sequence[OrgUnit], weights: Sequence[float]) -> list[tuple[int, int]]:
    """Place of each agency among those of its block, and their number."""
    ranks = []
    for unit, weight in zip(agencies, weights, strict=True):
        block = [other for peer, other in zip(agencies, weights, strict=True) if peer.unit_type == unit.unit_type]
        ranks.append((1 + sum(other > weight for other in block), len(block)))
    return ranks


def awareness_activities(asked: Asked) -> FileOfForm:
    """Biểu 15/TTN: .xlsx, over 250,000 participants in the year."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:awareness")
    weights = agency_sizes(f"{asked.seed}:agencies", len(agencies))
    values = {
        "activity_count": [2 + more for more in share_out(368, around(weights, wobble, 0.3))],
        "participant_count": share_out(round(256_418 * (1 - 0.05 * asked.age)), around(weights, wobble, 0.5)),
    }
    form = Form(
        name="Biểu 15",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 15/TTN",
        title=["KẾT QUẢ TUYÊN TRUYỀN, NÂNG CAO NHẬN THỨC", "VỀ CHUYỂN ĐỔI SỐ"],
        period_lines=[f"Năm {asked.period.end.year}"],
        unit_line="Đơn vị tính: hoạt động, lượt người",
        columns=[
            FormColumn("org_unit", ("Cơ quan chủ trì",), 40, ""),
            FormColumn("activity_count", ("Số hoạt động",), 12),
            FormColumn("participant_count", ("Số lượt người tham gia",), 14),
            FormColumn("note", ("Hình thức chủ yếu",), 24, ""),
        ],
        rows=[
            *rows_of(asked.names(agencies), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Tuyên truyền chuyển đổi số năm {asked.period.end.year}.xlsx", xlsx_bytes([lay_out(form)])


FORMS: dict[str, Callable[[Asked], FileOfForm]] = {
    form.__name__: form for form in (dti_results, yearly_assessment, emulation_awards, awareness_activities)
}
"""By source name."""
