"""Forms on how offices and communes work digitally: dossiers, meetings, signatures, skills, portals, radio."""

import random
from collections.abc import Callable

from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.departments import (
    MERGED_ON,
    UBND,
    Asked,
    FileOfForm,
    grouped,
    grouped_sums_of,
    plain,
    rows_of,
    sums_of,
)
from ioc_pipeline.sample.figures import agency_sizes, around, less, share_out, wobbler
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.writers import ods_bytes, xls_bytes, xlsx_bytes

SMART_COMMUNES, COMMUNES_WITH_PORTAL = 6, 73
RADIO_STATIONS = 94


def digital_settlement(asked: Asked) -> FileOfForm:
    """Biểu 09/SH: .xlsx, three pairs of a whole and its part; over 95 % of results digitised in the last month."""
    communes = asked.communes()
    settled = figures.settlements(asked.seed, asked.weights(), asked.age)
    values = figures.digitisation(asked.seed, settled, asked.age)
    done, fee, full = "Hồ sơ đã có kết quả", "Hồ sơ có phí, lệ phí", "Hồ sơ thuộc dịch vụ công toàn trình"
    columns = [
        FormColumn("org_unit", ("Xã, phường",), 22, ""),
        FormColumn("completed_count", (done, "Tổng số"), 11),
        FormColumn("digitised_count", (done, "Đã số hóa thành phần, kết quả"), 13),
        FormColumn("reusing_count", (done, "Khai thác, sử dụng lại dữ liệu số hóa"), 15),
        FormColumn("with_fee_count", (fee, "Tổng số"), 11),
        FormColumn("paid_online_count", (fee, "Thanh toán trực tuyến"), 12),
        FormColumn("eligible_count", (full, "Tổng số"), 11),
        FormColumn("fully_online_count", (full, "Nộp, giải quyết toàn trình"), 13),
        FormColumn("note", ("Ghi chú",), 12, ""),
    ]
    form = Form(
        name="Biểu 09",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 09/SH",
        title=["KẾT QUẢ SỐ HÓA HỒ SƠ, THANH TOÁN TRỰC TUYẾN", "VÀ CUNG CẤP DỊCH VỤ CÔNG TRỰC TUYẾN TOÀN TRÌNH"],
        period_lines=[asked.month.capitalize(), asked.bounds],
        unit_line="Đơn vị tính: hồ sơ",
        columns=columns,
        rows=[
            FormRow("total", "", {"org_unit": "Toàn tỉnh", **sums_of(values)}),
            *rows_of(asked.names(communes), values, plain),
        ],
        notes=["Ghi chú: hồ sơ đã số hóa là hồ sơ có thành phần và kết quả được số hóa, lưu vào kho dữ liệu điện tử."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return f"Biểu 09-SH số hóa {asked.month}.xlsx", xlsx_bytes([lay_out(form)])


def online_meetings(asked: Asked) -> FileOfForm:
    """Biểu 10/HTT: .ods, every meeting of the last quarter online and without paper."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:meetings:{asked.age}")
    held = share_out(1_236 - 40 * asked.age, around(agency_sizes(f"{asked.seed}:agencies", len(agencies)), wobble, 0.2))
    missed = share_out(17 * asked.age, [float(count) for count in held], held)
    values = {"held_count": held, "online_count": less(held, missed), "paperless_count": less(held, missed)}
    meetings = "Số cuộc họp, hội nghị"
    form = Form(
        name="Biểu 10",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 10/HTT",
        title=["TÌNH HÌNH TỔ CHỨC HỌP TRỰC TUYẾN, HỌP KHÔNG GIẤY"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: cuộc họp",
        columns=[
            FormColumn("org_unit", ("Cơ quan, đơn vị",), 40, ""),
            FormColumn("held_count", (meetings, "Tổng số"), 12),
            FormColumn("online_count", (meetings, "Trong đó", "Trực tuyến"), 12),
            FormColumn("paperless_count", (meetings, "Trong đó", "Không giấy"), 12),
            FormColumn("note", ("Ghi chú",), 14, ""),
        ],
        rows=[
            *rows_of(asked.names(agencies), values, grouped),
            FormRow("total", "", {"org_unit": "Tổng số", **grouped_sums_of(values)}),
        ],
        notes=["Ghi chú: không tính cuộc họp có nội dung bí mật nhà nước."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return f"Họp trực tuyến quý {asked.quarter}.ods", ods_bytes([lay_out(form)])


def digital_signatures(asked: Asked) -> FileOfForm:
    """Biểu 11/CKS: .xlsx, all agencies and, in the last quarter, all officials sign digitally."""
    agencies = asked.agencies()
    officials = share_out(9_846, agency_sizes(f"{asked.seed}:agencies", len(agencies)))
    without = share_out(138 * asked.age, [float(count) for count in officials], officials)
    values = {
        "agency_signs": [1] * len(agencies),
        "agency_does_not_sign": [0] * len(agencies),
        "official_count": officials,
        "signature_count": less(officials, without),
    }
    of_agency, of_people = "Chữ ký số của cơ quan", "Cán bộ, công chức, viên chức"
    form = Form(
        name="Chữ ký số",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 11/CKS",
        title=["TÌNH HÌNH CẤP, SỬ DỤNG CHỮ KÝ SỐ", "CỦA CƠ QUAN VÀ CÁ NHÂN"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: cơ quan, người",
        columns=[
            FormColumn("org_unit", ("Cơ quan, đơn vị",), 40, ""),
            FormColumn("agency_signs", (of_agency, "Sử dụng"), 11),
            FormColumn("agency_does_not_sign", (of_agency, "Chưa sử dụng"), 11),
            FormColumn("official_count", (of_people, "Tổng số"), 12),
            FormColumn("signature_count", (of_people, "Có chữ ký số cá nhân"), 14),
            FormColumn("note", ("Ghi chú",), 12, ""),
        ],
        rows=[
            *rows_of(asked.names(agencies), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        notes=["Ghi chú: cột (3), (4) ghi 1 nếu đúng, 0 nếu không đúng."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Chữ ký số quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


def digital_skills(asked: Asked) -> FileOfForm:
    """Biểu 16/KNS: .xls, learners of the skills portal and community technology teams by commune."""
    communes = asked.communes()
    weights = asked.weights()
    wobble = wobbler(f"{asked.seed}:skills")
    learners = share_out(186_420 - 9_300 * asked.age, around(weights, wobble, 0.2))
    teams = share_out(2_231, around(weights, wobble, 0.15))
    more = share_out(4_340, [float(count) for count in teams])
    values = {
        "learner_count": learners,
        "completed_count": share_out(round(sum(learners) * 0.6142), around(learners, wobble, 0.15), learners),
        "team_count": teams,
        "member_count": [3 * count + others for count, others in zip(teams, more, strict=True)],
    }
    learning, team = "Người học trên nền tảng kỹ năng số", "Tổ công nghệ số cộng đồng"
    form = Form(
        name="Bieu 16",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 16/KNS",
        title=["PHỔ CẬP KỸ NĂNG SỐ", "VÀ TỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người, tổ",
        columns=[
            FormColumn("org_unit", ("Xã, phường",), 24, ""),
            FormColumn("learner_count", (learning, "Đã đăng ký"), 13),
            FormColumn("completed_count", (learning, "Đã hoàn thành"), 13),
            FormColumn("team_count", (team, "Số tổ"), 11),
            FormColumn("member_count", (team, "Số thành viên"), 13),
            FormColumn("note", ("Ghi chú",), 12, ""),
        ],
        rows=[
            *rows_of(asked.names(communes), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Kỹ năng số quý {asked.quarter}.xls", xls_bytes([lay_out(form)])


def commune_radio(asked: Asked) -> FileOfForm:
    """Biểu 18/ĐTT: .xlsx, radio stations by commune, and those over IT."""
    communes = asked.communes()
    wobble = wobbler(f"{asked.seed}:radio")
    weights = asked.weights()
    # Every commune of today has one at least; those it was made of had not.
    least = 1 if asked.period.end >= MERGED_ON else 0
    more = share_out(RADIO_STATIONS - least * len(communes), around(weights, wobble, 0.4))
    stations = [least + count for count in more]
    over_it = share_out(max(0, 61 - 4 * asked.age), around(stations, wobble, 0.5), stations)
    values = {"station_count": stations, "it_count": over_it}
    form = Form(
        name="Biểu 18",
        superior=UBND,
        office="SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH",
        form_number="Biểu số 18/ĐTT",
        title=["HIỆN TRẠNG ĐÀI TRUYỀN THANH CẤP XÃ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: đài",
        columns=[
            FormColumn("org_unit", ("Xã, phường",), 26, ""),
            FormColumn("station_count", ("Số đài truyền thanh", "Tổng số"), 14),
            FormColumn("it_count", ("Số đài truyền thanh", "Ứng dụng công nghệ thông tin - viễn thông"), 20),
            FormColumn("note", ("Ghi chú",), 18, ""),
        ],
        rows=[
            *rows_of(asked.names(communes), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Đài truyền thanh quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


def smart_communes(asked: Asked, commune: OrgUnit, number: int) -> FileOfForm:
    """Biểu 17/XTM: .xlsx, one line that commune `number` (from 0) of the province tells about itself."""
    order = list(range(len(asked.communes())))
    random.Random(f"{asked.seed}:smart").shuffle(order)  # noqa: S311  # figures, not secrets
    is_smart = order[number] < SMART_COMMUNES - asked.age
    has_portal = order[number] < COMMUNES_WITH_PORTAL - 2 * asked.age
    portal = "Trang thông tin điện tử"
    form = Form(
        name="Biểu 17",
        superior=UBND,
        office=f"UBND {commune.full_name}".upper(),
        form_number="Biểu số 17/XTM",
        title=["TÌNH HÌNH XÂY DỰNG XÃ THÔNG MINH", "VÀ TRANG THÔNG TIN ĐIỆN TỬ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: xã",
        columns=[
            FormColumn("is_smart", ("Đạt tiêu chí xã thông minh (1: có, 0: chưa)",), 36),
            FormColumn("has_portal", (portal, "Đang hoạt động"), 22),
            FormColumn("has_no_portal", (portal, "Chưa có"), 22),
        ],
        rows=[
            FormRow(
                "data",
                "1",
                {
                    "is_smart": int(is_smart),
                    "has_portal": int(has_portal),
                    "has_no_portal": int(not has_portal),
                },
            )
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "TM. ỦY BAN NHÂN DÂN"),
    )
    return f"Xã thông minh quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


FORMS: dict[str, Callable[[Asked], FileOfForm]] = {
    form.__name__: form
    for form in (digital_settlement, online_meetings, digital_signatures, digital_skills, commune_radio)
}
"""By source name."""

FORMS_OF_COMMUNES: dict[str, Callable[[Asked, OrgUnit, int], FileOfForm]] = {"smart_communes": smart_communes}
"""By source name: forms that each commune fills in itself, given its place in the list of communes."""
