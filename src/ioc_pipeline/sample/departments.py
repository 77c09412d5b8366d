"""The first eight forms as their departments fill them in: one function a source, one file a period."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ioc_pipeline.domain.periods import Period
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.figures import Figures
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.pages import Cell, Formula, Page
from ioc_pipeline.sample.writers import csv_bytes, ods_bytes, xls_bytes, xlsx_bytes

MERGED_ON = date(2025, 7, 1)  # 200 communes of districts became 75 of the province
PROVINCE = "14"  # Sơn La: the province whose published figures the samples reproduce
UBND = "UBND TỈNH SƠN LA"
BLOCKS = (
    ("department", "Khối văn phòng, sở, ban, ngành"),
    ("central", "Khối cơ quan trung ương đóng trên địa bàn"),
    ("party", "Khối cơ quan Đảng"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form is asked to tell: one period, `age` periods before the newest, and the units of its last day.

    `successors` says which commune each one of before the merger became, by code.
    """

    seed: int
    period: Period
    age: int
    org_units: OrgUnits
    successors: Mapping[str, str] = field(default_factory=dict)

    def communes(self) -> list[OrgUnit]:
        return self.org_units.members(level="commune", province_code=PROVINCE, on=self.period.end)

    def weights(self) -> list[float]:
        """How large each of the `communes` is; those merged later share out the weight of what they became."""
        communes = self.communes()
        if self.period.end >= MERGED_ON:
            return figures.weigh_communes(self.seed, communes)
        merged = self.org_units.members(level="commune", province_code=PROVINCE, on=MERGED_ON)
        whole = dict(zip((unit.code for unit in merged), figures.weigh_communes(self.seed, merged), strict=True))
        chance = random.Random(f"{self.seed}:before the merger")  # noqa: S311  # figures, not secrets
        parts = [chance.uniform(0.8, 1.2) for _ in communes]
        into = [self.successors[unit.code] for unit in communes]
        sums = dict.fromkeys(into, 0.0)
        for code, part in zip(into, parts, strict=True):
            sums[code] += part
        return [whole[code] * part / sums[code] for code, part in zip(into, parts, strict=True)]

    def agencies(self) -> list[OrgUnit]:
        return self.org_units.members(level="agency", province_code=PROVINCE, on=self.period.end)

    def commune_column(self) -> FormColumn:
        """The column of the communes' names: long ones before the merger, and townships among them."""
        if self.period.end >= MERGED_ON:
            return FormColumn("org_unit", ("Xã, phường",), 24, "")
        return FormColumn("org_unit", ("Xã, phường, thị trấn",), 44, "")

    def names(self, units: Sequence[OrgUnit]) -> list[str]:
        """What the form calls them: a commune of a district together with it, since names repeat between districts."""
        return [self._name(unit) for unit in units]

    def _name(self, unit: OrgUnit) -> str:
        if unit.level == "agency":
            return unit.name
        parent = self.org_units.get(unit.parent_code, self.period.end)
        return f"{unit.full_name}, {parent.full_name}" if parent and parent.level == "district" else unit.full_name

    @property
    def month(self) -> str:
        return f"tháng {self.period.end.month} năm {self.period.end.year}"

    @property
    def quarter(self) -> str:
        """Of a period that is one: "III-2025"; the form's own words are in `lines`."""
        return f"{('I', 'II', 'III', 'IV')[(self.period.end.month - 1) // 3]}-{self.period.end.year}"

    @property
    def lines(self) -> list[str]:
        """The period as it stands under the title of a form of a quarter or a year."""
        if self.period.type == "year":
            return [f"Năm {self.period.end.year}"]
        return [f"Quý {self.quarter.replace('-', ' năm ')}", self.bounds]

    @property
    def bounds(self) -> str:
        return f"(Từ ngày {_day(self.period.start)} đến ngày {_day(self.period.end)})"

    @property
    def dated(self) -> str:
        day = self.period.end + timedelta(days=1)
        return f"Sơn La, ngày {day.day:02} tháng {day.month} năm {day.year}"


FileOfForm = tuple[str, bytes]


def admin_procedures(asked: Asked) -> FileOfForm:
    """Biểu 01/TTHC: .xlsx, two tables on two sheets, the total first."""
    communes = asked.communes()
    values = figures.settlements(asked.seed, asked.weights(), asked.age)
    received, settled, pending = "Số hồ sơ tiếp nhận", "Số hồ sơ đã giải quyết", "Số hồ sơ đang giải quyết"
    columns = [
        asked.commune_column(),
        FormColumn("received_count", (received, "Tổng số"), 11),
        FormColumn("online_count", (received, "Trong đó", "Trực tuyến"), 11),
        FormColumn("direct_count", (received, "Trong đó", "Trực tiếp, qua bưu chính"), 13),
        FormColumn("settled_count", (settled, "Tổng số"), 11),
        FormColumn("settled_on_time_count", (settled, "Trong đó", "Trước hạn, đúng hạn"), 13),
        FormColumn("settled_late_count", (settled, "Trong đó", "Quá hạn"), 10),
        FormColumn("pending_on_time_count", (pending, "Trong hạn"), 11),
        FormColumn("pending_late_count", (pending, "Quá hạn"), 10),
        FormColumn("note", ("Ghi chú",), 14, ""),
    ]
    body = rows_of(asked.names(communes), values, plain)
    form = Form(
        name="Biểu 01a",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 01a/TTHC",
        title=["TÌNH HÌNH TIẾP NHẬN, GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"],
        period_lines=[asked.month.capitalize(), asked.bounds],
        unit_line="Đơn vị tính: hồ sơ",
        columns=columns,
        rows=[FormRow("total", "", {"org_unit": "Toàn tỉnh", **sums_of(values)}), *body],
        notes=["Ghi chú: hồ sơ tiếp nhận gồm hồ sơ nộp trực tuyến, trực tiếp và qua dịch vụ bưu chính công ích."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return f"Biểu 01-TTHC {asked.month}.xlsx", xlsx_bytes([lay_out(form), _procedure_catalogue(asked)])


def _procedure_catalogue(asked: Asked) -> Page:
    published = "Số thủ tục hành chính đã công bố"
    columns = [
        FormColumn("org_unit", ("Tỉnh",), 22, ""),
        FormColumn("published_count", (published, "Tổng số"), 14),
        FormColumn("fully_online_count", (published, "Chia ra", "Trực tuyến toàn trình"), 14),
        FormColumn("partly_online_count", (published, "Chia ra", "Trực tuyến một phần"), 14),
        FormColumn("not_online_count", (published, "Chia ra", "Chưa cung cấp trực tuyến"), 14),
        FormColumn("as_at_date", ("Số liệu tính đến ngày",), 14, "dd/mm/yyyy"),
    ]
    cells: dict[str, Cell] = {"org_unit": "Tỉnh Sơn La", **figures.PROCEDURES, "as_at_date": asked.period.end}
    form = Form(
        name="DM TTHC",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 01b/TTHC",
        title=["DANH MỤC THỦ TỤC HÀNH CHÍNH", "THEO MỨC ĐỘ CUNG CẤP DỊCH VỤ CÔNG TRỰC TUYẾN"],
        period_lines=[asked.month.capitalize()],
        unit_line="Đơn vị tính: thủ tục",
        columns=columns,
        rows=[FormRow("data", "1", cells)],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return lay_out(form)


def vneid_accounts(asked: Asked) -> FileOfForm:
    """Biểu 02/ĐA06: .xls, the share as a percent format."""
    communes = asked.communes()
    values = figures.accounts(asked.seed, asked.weights(), asked.age)
    activated = "Tài khoản đã kích hoạt"
    columns = [
        asked.commune_column(),
        FormColumn("eligible_population", ("Dân số đủ điều kiện cấp tài khoản",), 18),
        FormColumn("activated_count", (activated, "Tổng số"), 14),
        FormColumn("level1_count", (activated, "Mức độ 1"), 14),
        FormColumn("level2_count", (activated, "Mức độ 2"), 14),
        FormColumn("level2_pct", ("Tỷ lệ tài khoản mức độ 2 (%)",), 14, "0.00%"),
    ]
    body = rows_of(asked.names(communes), values, plain)
    sums = sums_of(values)
    for line in [*body, total := FormRow("total", "", {"org_unit": "Tổng cộng", **sums})]:
        line.cells["level2_pct"] = round(_whole(line, "level2_count") / _whole(line, "eligible_population"), 4)
    form = Form(
        name="Bieu 02",
        superior="BỘ CÔNG AN",
        office="CÔNG AN TỈNH SƠN LA",
        form_number="Biểu số 02/ĐA06",
        title=["KẾT QUẢ CẤP, KÍCH HOẠT", "TÀI KHOẢN ĐỊNH DANH ĐIỆN TỬ"],
        period_lines=[f"{asked.month.capitalize()} (số cộng dồn)", asked.bounds],
        unit_line="Đơn vị tính: người, tài khoản",
        columns=columns,
        rows=[*body, total],
        notes=["Ghi chú: dân số đủ điều kiện là công dân từ đủ 14 tuổi có thẻ căn cước."],
        dated=asked.dated,
        signers=("CÁN BỘ TỔNG HỢP", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"TK VNeID T{asked.period.end.month}-{asked.period.end.year}.xls", xls_bytes([lay_out(form)])


def telecom_coverage(asked: Asked) -> FileOfForm:
    """Biểu 03/VT: .xlsx, wards and communes as two sections with subtotals that are formulas.

    Nobody was asked for 5G before the merger.
    """
    has_5g = asked.period.end >= MERGED_ON
    communes = asked.communes()
    values = figures.coverage(asked.seed, asked.weights(), communes, asked.age)
    people, villages, households = "Dân số", "Bản, tiểu khu, tổ dân phố", "Hộ gia đình"
    fibre = "Cáp quang đến trung tâm xã, phường"
    columns = [
        asked.commune_column(),
        FormColumn("population", (people, "Tổng số"), 12),
        FormColumn("population_4g", (people, "Trong đó được phủ sóng", "4G"), 12),
        *([FormColumn("population_5g", (people, "Trong đó được phủ sóng", "5G"), 12)] if has_5g else []),
        FormColumn("villages", (villages, "Tổng số"), 10),
        FormColumn("villages_fibre", (villages, "Có Internet cáp quang"), 12),
        FormColumn("commune_fibre", (fibre, "Có"), 9),
        FormColumn("commune_no_fibre", (fibre, "Chưa có"), 9),
        FormColumn("households", (households, "Tổng số"), 11),
        FormColumn("households_fibre", (households, "Sử dụng Internet cáp quang"), 13),
        FormColumn("note", ("Ghi chú",), 10, ""),
    ]
    rows: list[FormRow] = []
    urban = "Các phường" if has_5g else "Các phường, thị trấn"
    for serial, is_urban, section in (("I", True, urban), ("II", False, "Các xã")):
        chosen = [index for index, unit in enumerate(communes) if (unit.unit_type != "Xã") == is_urban]
        part = {name: [numbers[index] for index in chosen] for name, numbers in values.items()}
        rows.append(FormRow("section", serial, {"org_unit": section}))
        rows += rows_of(asked.names([communes[index] for index in chosen]), part, plain)
        rows.append(FormRow("subtotal", "", {"org_unit": f"Cộng mục {serial}", **sums_of(part)}))
    rows.append(FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}))
    form = Form(
        name="Biểu 03-VT",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 03/VT",
        title=["HIỆN TRẠNG PHỦ SÓNG DI ĐỘNG VÀ INTERNET CÁP QUANG"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người, bản, hộ",
        columns=columns,
        rows=rows,
        notes=[
            f"Ghi chú: cột ({7 + has_5g}), ({8 + has_5g}) ghi 1 nếu đúng, 0 nếu không đúng.",
            "Nguồn: doanh nghiệp viễn thông trên địa bàn tỉnh.",
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Hạ tầng viễn thông quý {asked.quarter}.xlsx", xlsx_bytes([_with_formulas(lay_out(form), form)])


def signed_documents(asked: Asked) -> FileOfForm:
    """Biểu 04/VBĐT: .ods, grouped whole numbers and comma decimals stored as text."""
    agencies = asked.agencies()
    values = figures.outgoing_documents(asked.seed, len(agencies), asked.age)
    sent = "Văn bản đi (không gồm văn bản mật)"
    columns = [
        FormColumn("org_unit", ("Cơ quan, đơn vị",), 40, ""),
        FormColumn("outgoing_count", (sent, "Tổng số"), 12),
        FormColumn("signed_count", (sent, "Trong đó", "Ký số, gửi điện tử"), 14),
        FormColumn("paper_count", (sent, "Trong đó", "Gửi bản giấy"), 12),
        FormColumn("signed_pct", ("Tỷ lệ ký số (%)",), 12),
    ]
    body = rows_of(asked.names(agencies), values, grouped)
    total = FormRow("total", "", {"org_unit": "Tổng số", **grouped_sums_of(values)})
    shares = [*zip(values["signed_count"], values["outgoing_count"], strict=True)]
    shares.append((sum(values["signed_count"]), sum(values["outgoing_count"])))
    for line, (part, whole) in zip([*body, total], shares, strict=True):
        line.cells["signed_pct"] = f"{100 * part / whole:.2f}".replace(".", ",")
    form = Form(
        name="Ký số",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 04/VBĐT",
        title=["TÌNH HÌNH PHÁT HÀNH VĂN BẢN ĐIỆN TỬ CÓ KÝ SỐ"],
        period_lines=[f"Kỳ báo cáo: {asked.month.capitalize()}", asked.bounds],
        unit_line="ĐVT: văn bản",
        columns=columns,
        rows=[*body, total],
        notes=["Ghi chú: số liệu lấy từ Hệ thống quản lý văn bản và điều hành của tỉnh."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Ký số văn bản {asked.period.end.month}.{asked.period.end.year}.ods", ods_bytes([lay_out(form)])


def tax_online(asked: Asked) -> FileOfForm:
    """Biểu 05/TĐT: .ods, one line for the province, its period in a column."""
    values = figures.tax_filing(asked.age)
    online = "Số doanh nghiệp thực hiện điện tử"
    columns = [
        FormColumn("period", ("Kỳ báo cáo",), 18, ""),
        FormColumn("active_count", ("Số doanh nghiệp đang hoạt động",), 18),
        FormColumn("filing_count", (online, "Khai thuế"), 14),
        FormColumn("paying_count", (online, "Nộp thuế"), 14),
        FormColumn("online_count", (online, "Cả khai và nộp"), 14),
        FormColumn("online_pct", ("Tỷ lệ khai, nộp điện tử (%)",), 16),
    ]
    cells: dict[str, Cell] = {name: grouped(numbers[0]) for name, numbers in values.items()}
    share = 100 * values["online_count"][0] / values["active_count"][0]
    cells |= {"period": asked.month.capitalize(), "online_pct": f"{share:.2f}".replace(".", ",")}
    form = Form(
        name="Thuế điện tử",
        superior="CỤC THUẾ",
        office="THUẾ TỈNH SƠN LA",
        form_number="Biểu số 05/TĐT",
        title=["KẾT QUẢ KHAI, NỘP THUẾ ĐIỆN TỬ CỦA DOANH NGHIỆP"],
        period_lines=[],
        unit_line="Đơn vị tính: doanh nghiệp",
        columns=columns,
        rows=[FormRow("data", "1", cells)],
        notes=["(*) Không tính doanh nghiệp tạm ngừng hoạt động."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "TRƯỞNG THUẾ TỈNH"),
    )
    return f"Thuế điện tử {asked.month}.ods", ods_bytes([lay_out(form)])


def digital_economy(asked: Asked) -> FileOfForm:
    """Biểu 06/KTS: .xls, one line a year, the last year preliminary."""
    columns = [
        FormColumn("period", ("Năm",), 16, ""),
        FormColumn("grdp", ("GRDP theo giá hiện hành (tỷ đồng)",), 22, "#,##0.0"),
        FormColumn("digital_value", ("Giá trị tăng thêm của kinh tế số (tỷ đồng)",), 24, "#,##0.00"),
        FormColumn("share_pct", ("Tỷ trọng trong GRDP (%)",), 16, "0.00"),
        FormColumn("note", ("Ghi chú",), 18, ""),
    ]
    known = [line for line in figures.GRDP if line[0] <= asked.period.end.year]
    newest = known[-1][0]
    rows = [
        FormRow(
            "data",
            str(number),
            {
                "period": f"Sơ bộ {year}" if year == newest else f"Năm {year}",
                "grdp": grdp,
                "digital_value": value,
                "share_pct": share,
                "note": "Số sơ bộ" if year == newest else "Số chính thức",
            },
        )
        for number, (year, grdp, value, share) in enumerate(known, start=1)
    ]
    form = Form(
        name="KTS-GRDP",
        superior="CỤC THỐNG KÊ",
        office="THỐNG KÊ TỈNH SƠN LA",
        form_number="Biểu số 06/KTS",
        title=["GIÁ TRỊ TĂNG THÊM CỦA KINH TẾ SỐ", "VÀ TỶ TRỌNG TRONG GRDP"],
        period_lines=[f"Giai đoạn {figures.GRDP[0][0]} - {newest}"],
        unit_line="Đơn vị tính: tỷ đồng, %",
        columns=columns,
        rows=rows,
        notes=["Ghi chú: số sơ bộ được thay bằng số chính thức khi công bố."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "TRƯỞNG THỐNG KÊ TỈNH"),
    )
    return f"Kinh tế số trong GRDP {figures.GRDP[0][0]}-{newest}.xls", xls_bytes([lay_out(form)])


def chip_id_health(asked: Asked) -> FileOfForm:
    """Biểu 07/BHYT: .csv as a spreadsheet saves it, letterhead and all."""
    communes = asked.communes()
    values = figures.facilities(asked.seed, asked.weights(), asked.age)
    columns = [
        asked.commune_column(),
        FormColumn("commune_code", ("Mã xã, phường",), 12, ""),
        FormColumn("facility_count", ("Số cơ sở khám chữa bệnh BHYT",), 18),
        FormColumn("chip_id_count", ("Số cơ sở tra cứu bằng CCCD gắn chip",), 18),
    ]
    body = rows_of(asked.names(communes), values, grouped)
    for line, unit in zip(body, communes, strict=True):
        line.cells["commune_code"] = unit.code
    form = Form(
        name="BHYT",
        superior="BẢO HIỂM XÃ HỘI VIỆT NAM",
        office="BẢO HIỂM XÃ HỘI TỈNH SƠN LA",
        form_number="Biểu số 07/BHYT",
        title=["CƠ SỞ KHÁM BỆNH, CHỮA BỆNH BHYT TRA CỨU THÔNG TIN BẰNG CCCD GẮN CHIP"],
        period_lines=[asked.month.capitalize()],
        unit_line="Đơn vị tính: cơ sở",
        columns=columns,
        rows=[*body, FormRow("total", "", {"org_unit": "Tổng cộng", **grouped_sums_of(values)})],
        dated=asked.dated,
        dated_in_letterhead=True,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
        has_index_row=False,
    )
    content = csv_bytes(lay_out(form), encoding="utf-8", delimiter=";")
    return f"BHYT CCCD gắn chip {asked.period.end:%Y-%m}.csv", content


def assigned_tasks(asked: Asked) -> FileOfForm:
    """Biểu 08/NV: .xlsx, agencies by block, each block's figures on its roman line."""
    agencies = asked.agencies()
    values = figures.tasks(asked.seed, len(agencies), asked.age)
    due, done = "Nhiệm vụ đến hạn trong kỳ", "Đã hoàn thành"
    columns = [
        FormColumn("org_unit", ("Cơ quan, đơn vị",), 42, ""),
        FormColumn("assigned_count", ("Số nhiệm vụ được giao",), 12),
        FormColumn("due_count", (due, "Tổng số"), 10),
        FormColumn("on_time_count", (due, done, "Đúng hạn"), 10),
        FormColumn("late_count", (due, done, "Quá hạn"), 10),
        FormColumn("overdue_count", (due, "Quá hạn, chưa hoàn thành"), 13),
        FormColumn("slow_count", ("Nhiệm vụ chưa đến hạn nhưng chậm tiến độ",), 16),
        FormColumn("note", ("Ghi chú",), 14, ""),
    ]
    rows: list[FormRow] = []
    blocks = [(kind, title) for kind, title in BLOCKS if any(unit.unit_type == kind for unit in agencies)]
    for serial, (kind, title) in zip(("I", "II", "III"), blocks, strict=False):
        chosen = [index for index, unit in enumerate(agencies) if unit.unit_type == kind]
        part = {name: [numbers[index] for index in chosen] for name, numbers in values.items()}
        rows.append(FormRow("section", serial, {"org_unit": title.upper(), **sums_of(part)}))
        rows += rows_of(asked.names([agencies[index] for index in chosen]), part, plain)
    rows.append(FormRow("total", "", {"org_unit": "TỔNG CỘNG", **sums_of(values)}))
    form = Form(
        name="Biểu 08",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 08/NV",
        title=["KẾT QUẢ THỰC HIỆN NHIỆM VỤ", "UBND TỈNH, CHỦ TỊCH UBND TỈNH GIAO"],
        period_lines=[asked.month.capitalize(), asked.bounds],
        unit_line="Đơn vị tính: nhiệm vụ",
        columns=columns,
        rows=rows,
        notes=["Ghi chú: nhiệm vụ hoàn thành quá hạn và nhiệm vụ quá hạn chưa hoàn thành được theo dõi riêng."],
        dated=asked.dated,
        signers=("NGƯỜI TỔNG HỢP", "KT. CHÁNH VĂN PHÒNG"),
        merges_total=True,
    )
    return f"Theo dõi nhiệm vụ T{asked.period.end.month}.{asked.period.end.year}.xlsx", xlsx_bytes([lay_out(form)])


FORMS: dict[str, Callable[[Asked], FileOfForm]] = {
    form.__name__: form
    for form in (
        admin_procedures,
        vneid_accounts,
        telecom_coverage,
        signed_documents,
        tax_online,
        digital_economy,
        chip_id_health,
        assigned_tasks,
    )
}
"""By source name."""


def rows_of(names: Sequence[str], values: Figures, write: Callable[[int], Cell]) -> list[FormRow]:
    """One data row a unit, numbered from 1; `names` and the lists of `values` are in the same order."""
    return [
        FormRow(
            "data",
            str(number),
            {"org_unit": name, **{name: write(numbers[number - 1]) for name, numbers in values.items()}},
        )
        for number, name in enumerate(names, start=1)
    ]


def sums_of(values: Figures) -> dict[str, Cell]:
    return {name: sum(numbers) for name, numbers in values.items()}


def grouped_sums_of(values: Figures) -> dict[str, Cell]:
    return {name: grouped(sum(numbers)) for name, numbers in values.items()}


def _whole(line: FormRow, name: str) -> int:
    value = line.cells[name]
    assert isinstance(value, int)  # this form's counts are whole numbers, not text
    return value


def plain(number: int) -> Cell:
    return number


def grouped(number: int) -> Cell:
    """A whole number as text, the way people type it: "2.165"."""
    return f"{number:,}".replace(",", ".")


def _with_formulas(page: Page, form: Form) -> Page:
    """Subtotals as SUM over the rows above them, back to their section line."""
    depth = max(row for row, column in page.cells if column == 0 and page.cells[row, column][0] == "(1)") + 1
    first = depth
    for position, line in enumerate(form.rows, start=depth):
        if line.kind == "section":
            first = position + 1
        if line.kind == "subtotal":
            for column in range(2, len(form.columns) + 1):
                value, style = page.cells[position, column]
                if isinstance(value, int):
                    letter = chr(ord("A") + column)
                    page.put(position, column, Formula(f"=SUM({letter}{first + 1}:{letter}{position})", value), style)
    return page


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
