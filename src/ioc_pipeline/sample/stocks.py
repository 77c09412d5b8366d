"""What the statistics office counts once a year: the people, households, villages and enterprises others divide by."""

from collections.abc import Callable

from ioc_pipeline.sample import figures
from ioc_pipeline.sample.departments import Asked, FileOfForm, plain, rows_of, sums_of
from ioc_pipeline.sample.figures import Figures
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.writers import xls_bytes, xlsx_bytes

OFFICE = ("CỤC THỐNG KÊ", "THỐNG KÊ TỈNH SƠN LA")
PEOPLE = 1_236_900  # at the end of the newest year, a little under the telecom form's figure of a later quarter
ADULTS = 0.7062


def people(age: int) -> int:
    """Inhabitants of the province at the end of the year `age` years before the newest."""
    return PEOPLE - 9_800 * age


def adults(age: int) -> int:
    """Those of them who are fifteen or older."""
    return round(people(age) * ADULTS)


def enterprises(age: int) -> dict[str, int]:
    """Enterprises at the end of the year, and those of them that are small or medium."""
    total = 2_431 - 87 * age
    return {"enterprise_count": total, "small_medium_count": total - 42}


def population_statistics(asked: Asked) -> FileOfForm:
    """Biểu 29/DS: .xls, the communes of the year's last day, each with its district while there were districts."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:stocks")
    inhabitants = figures.share_out(people(asked.age), weights)
    values: Figures = {
        "population": inhabitants,
        "adults": figures.share_out(adults(asked.age), figures.around(inhabitants, wobble, 0.04), inhabitants),
        "households": figures.share_out(289_400 - 2_100 * asked.age, figures.around(inhabitants, wobble, 0.08)),
        "villages": figures.share_out(2_248, figures.around(weights, wobble, 0.15)),
    }
    heading = "Dân số (người)"
    columns = [
        asked.commune_column(),
        FormColumn("population", (heading, "Tổng số"), 14),
        FormColumn("adults", (heading, "Từ đủ 15 tuổi trở lên"), 16),
        FormColumn("households", ("Số hộ gia đình",), 14),
        FormColumn("villages", ("Số bản, tiểu khu, tổ dân phố",), 16),
        FormColumn("note", ("Ghi chú",), 12, ""),
    ]
    form = Form(
        name="DS",
        superior=OFFICE[0],
        office=OFFICE[1],
        form_number="Biểu số 29/DS",
        title=["DÂN SỐ, HỘ GIA ĐÌNH", "VÀ BẢN, TIỂU KHU, TỔ DÂN PHỐ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người, hộ, bản",
        columns=columns,
        rows=[
            FormRow("total", "", {"org_unit": "Tổng số", **sums_of(values)}),
            *rows_of(asked.names(asked.communes()), values, plain),
        ],
        notes=["Ghi chú: số có đến ngày 31/12; đơn vị hành chính tại ngày đó."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "TRƯỞNG THỐNG KÊ TỈNH"),
    )
    return f"Dân số {asked.period.end.year}.xls", xls_bytes([lay_out(form)])


def enterprise_statistics(asked: Asked) -> FileOfForm:
    """Biểu 30/DN: .xlsx, one line for the province."""
    heading = "Doanh nghiệp đang hoạt động"
    columns = [
        FormColumn("org_unit", ("Tỉnh",), 24, ""),
        FormColumn("enterprise_count", (heading, "Tổng số"), 20),
        FormColumn("small_medium_count", (heading, "Nhỏ và vừa"), 20),
        FormColumn("note", ("Ghi chú",), 20, ""),
    ]
    form = Form(
        name="DN",
        superior=OFFICE[0],
        office=OFFICE[1],
        form_number="Biểu số 30/DN",
        title=["DOANH NGHIỆP ĐANG HOẠT ĐỘNG", "CÓ KẾT QUẢ SẢN XUẤT KINH DOANH"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: doanh nghiệp",
        columns=columns,
        rows=[FormRow("data", "1", {"org_unit": "Tỉnh Sơn La", **enterprises(asked.age)})],
        notes=["Ghi chú: số có đến ngày 31/12."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "TRƯỞNG THỐNG KÊ TỈNH"),
    )
    return f"Doanh nghiệp đang hoạt động {asked.period.end.year}.xlsx", xlsx_bytes([lay_out(form)])


FORMS: dict[str, Callable[[Asked], FileOfForm]] = {
    form.__name__: form for form in (population_statistics, enterprise_statistics)
}
"""By source name."""
