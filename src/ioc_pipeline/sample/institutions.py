"""Forms of systems 21 to 25: networks, sites, payments, commerce, staff, enterprises, schools and hospitals."""

from collections.abc import Callable, Mapping, Sequence

from ioc_pipeline.sample import figures, stocks
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
from ioc_pipeline.sample.figures import Figures
from ioc_pipeline.sample.form import Form, FormColumn, FormRow, lay_out
from ioc_pipeline.sample.pages import Cell, Page
from ioc_pipeline.sample.writers import ods_bytes, xls_bytes, xlsx_bytes

NOTE = FormColumn("note", ("Ghi chú",), 14, "")
PROVINCE_LINE = "Tỉnh Sơn La"
QUARTERS_OPEN = 3  # each three quarters back, one more incident was left open
DIGITAL_USERS = (0.6676, 0.6112, 0.5487)
"""People who use digital applications, of all people, newest year first."""


def party_network(asked: Asked) -> FileOfForm:
    """Biểu 21/MĐ: .xlsx, one line for the province, its own agencies beside the party committees below it."""
    below = len(asked.communes())
    connected = below if asked.period.end >= MERGED_ON else max(0, below - 9 * asked.age)
    own, committees = "Cơ quan Đảng cấp tỉnh", "Đảng ủy xã, phường"
    columns = [
        FormColumn("province_count", (own, "Tổng số"), 13),
        FormColumn("province_connected_count", (own, "Đã kết nối"), 13),
        FormColumn("commune_count", (committees, "Tổng số"), 13),
        FormColumn("commune_connected_count", (committees, "Đã kết nối"), 13),
    ]
    values = {
        "province_count": 9,
        "province_connected_count": 9,
        "commune_count": below,
        "commune_connected_count": connected,
    }
    form = Form(
        name="Biểu 21",
        superior="TỈNH ỦY SƠN LA",
        office="VĂN PHÒNG",
        form_number="Biểu số 21/MĐ",
        title=["KẾT NỐI MẠNG DIỆN RỘNG CỦA ĐẢNG", "TẠI CÁC CƠ QUAN, TỔ CHỨC ĐẢNG"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: cơ quan",
        columns=_of_province(columns),
        rows=[_province_row(values)],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return f"Mạng diện rộng của Đảng quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


def network_security(asked: Asked) -> FileOfForm:
    """Biểu 22/ATTT: .xlsx, systems by agency and the data centre on a sheet of its own."""
    agencies = asked.agencies()
    wobble = figures.wobbler(f"{asked.seed}:systems")
    systems = [
        1 + more for more in figures.share_out(39, figures.agency_sizes(f"{asked.seed}:agencies", len(agencies)))
    ]
    approved = figures.share_out(sum(systems) - 1 - 2 * asked.age, figures.around(systems, wobble, 0.2), systems)
    found = figures.share_out(23 + 2 * asked.age, figures.around(systems, wobble, 0.6))
    values: Figures = {
        "system_count": systems,
        "approved_count": approved,
        "protected_count": figures.share_out(sum(approved) - 5, [float(count) for count in approved], approved),
        "incident_count": found,
        "handled_count": figures.share_out(
            sum(found) - asked.age // QUARTERS_OPEN, [float(count) for count in found], found
        ),
    }
    running, incidents = "Hệ thống thông tin đang vận hành", "Sự cố an toàn thông tin trong kỳ"
    columns = [
        FormColumn("org_unit", ("Cơ quan, đơn vị",), 40, ""),
        FormColumn("system_count", (running, "Tổng số"), 11),
        FormColumn("approved_count", (running, "Đã được phê duyệt cấp độ an toàn"), 16),
        FormColumn("protected_count", (running, "Đã triển khai đầy đủ phương án bảo vệ"), 18),
        FormColumn("incident_count", (incidents, "Phát hiện"), 11),
        FormColumn("handled_count", (incidents, "Đã xử lý"), 11),
        NOTE,
    ]
    form = Form(
        name="Biểu 22a",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 22a/ATTT",
        title=["AN TOÀN HỆ THỐNG THÔNG TIN THEO CẤP ĐỘ", "VÀ XỬ LÝ SỰ CỐ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: hệ thống, sự cố",
        columns=columns,
        rows=[
            *rows_of(asked.names(agencies), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        notes=["Ghi chú: cấp độ an toàn theo Nghị định 85/2016/NĐ-CP."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"An toàn thông tin quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form), _data_centre(asked)])


def _data_centre(asked: Asked) -> Page:
    servers, storage = "Máy chủ", "Dung lượng lưu trữ (TB)"
    columns = [
        FormColumn("server_count", (servers, "Tổng số"), 13),
        FormColumn("server_used_count", (servers, "Đang sử dụng"), 13),
        FormColumn("storage_tb", (storage, "Tổng số"), 13, "#,##0.0"),
        FormColumn("storage_used_tb", (storage, "Đã sử dụng"), 13, "#,##0.0"),
    ]
    values: dict[str, Cell] = {
        "server_count": 48,
        "server_used_count": 41 - asked.age,
        "storage_tb": 320.0,
        "storage_used_tb": 214.5 - 8.5 * asked.age,
    }
    return lay_out(
        Form(
            name="Biểu 22b",
            superior=UBND,
            office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
            form_number="Biểu số 22b/ATTT",
            title=["NĂNG LỰC VÀ MỨC SỬ DỤNG", "TRUNG TÂM DỮ LIỆU CỦA TỈNH"],
            period_lines=asked.lines,
            unit_line="Đơn vị tính: máy chủ, TB",
            columns=_of_province(columns),
            rows=[_province_row(values)],
            dated=asked.dated,
            signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
        )
    )


def portal_sites(asked: Asked) -> FileOfForm:
    """Biểu 23/CTTĐT: .ods, the agencies' sites and the provincial portal on a sheet of its own."""
    agencies = asked.agencies()
    sites = [1 + more for more in figures.share_out(4, figures.agency_sizes(f"{asked.seed}:sites", len(agencies)))]
    upgraded = figures.share_out(sum(sites) - 2 - asked.age, [float(count) for count in sites], sites)
    values: Figures = {"site_count": sites, "upgraded_count": upgraded}
    heading = "Trang thông tin điện tử"
    columns = [
        FormColumn("org_unit", ("Cơ quan, đơn vị",), 40, ""),
        FormColumn("site_count", (heading, "Tổng số"), 13),
        FormColumn("upgraded_count", (heading, "Đã nâng cấp theo chuẩn"), 16),
        NOTE,
    ]
    form = Form(
        name="Biểu 23a",
        superior=UBND,
        office="VĂN PHÒNG",
        form_number="Biểu số 23a/CTTĐT",
        title=["NÂNG CẤP TRANG THÔNG TIN ĐIỆN TỬ", "CỦA CÁC CƠ QUAN NHÀ NƯỚC"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: trang",
        columns=columns,
        rows=[
            *rows_of(asked.names(agencies), values, grouped),
            FormRow("total", "", {"org_unit": "Tổng số", **grouped_sums_of(values)}),
        ],
        notes=["Ghi chú: chuẩn theo Nghị định 42/2022/NĐ-CP."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
    )
    return f"Trang thông tin điện tử quý {asked.quarter}.ods", ods_bytes([lay_out(form), _portal(asked)])


def _portal(asked: Asked) -> Page:
    heading = "Chức năng, thông tin phải cung cấp"
    columns = [
        FormColumn("criterion_count", (heading, "Tổng số"), 16),
        FormColumn("met_count", (heading, "Đã đáp ứng"), 16),
        FormColumn("visit_count", ("Lượt truy cập trong kỳ",), 18),
    ]
    values = {"criterion_count": 42, "met_count": 40 - asked.age // 2, "visit_count": 1_284_300 - 41_700 * asked.age}
    return lay_out(
        Form(
            name="Biểu 23b",
            superior=UBND,
            office="VĂN PHÒNG",
            form_number="Biểu số 23b/CTTĐT",
            title=["MỨC ĐỘ ĐÁP ỨNG", "CỦA CỔNG THÔNG TIN ĐIỆN TỬ TỈNH"],
            period_lines=asked.lines,
            unit_line="Đơn vị tính: mục, lượt",
            columns=_of_province(columns),
            rows=[_province_row(values)],
            dated=asked.dated,
            signers=("NGƯỜI LẬP BIỂU", "CHÁNH VĂN PHÒNG"),
        )
    )


def payment_accounts(asked: Asked) -> FileOfForm:
    """Biểu 24/TTĐT: .xls, one line for the province; over 90 % of adults in the newest quarter."""
    holders = round(stocks.adults(0) * 0.9021) - 11_300 * asked.age
    columns = [
        FormColumn("adult_count", ("Số người từ đủ 15 tuổi có tài khoản thanh toán",), 22),
        FormColumn("account_count", ("Số tài khoản thanh toán đang hoạt động",), 20),
        FormColumn("point_count", ("Điểm chấp nhận thanh toán không dùng tiền mặt",), 22),
    ]
    values = {
        "adult_count": holders,
        "account_count": round(holders * 1.43),
        "point_count": 3_120 - 84 * asked.age,
    }
    form = Form(
        name="Bieu 24",
        superior="NGÂN HÀNG NHÀ NƯỚC VIỆT NAM",
        office="NGÂN HÀNG NHÀ NƯỚC KHU VỰC",
        form_number="Biểu số 24/TTĐT",
        title=["NGƯỜI TRƯỞNG THÀNH CÓ TÀI KHOẢN THANH TOÁN ĐIỆN TỬ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người, tài khoản, điểm",
        columns=_of_province(columns),
        rows=[_province_row(values)],
        notes=["Ghi chú: một người có nhiều tài khoản được tính một lần."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "KT. GIÁM ĐỐC"),
    )
    return f"Tài khoản thanh toán quý {asked.quarter}.xls", xls_bytes([lay_out(form)])


def digital_applications(asked: Asked) -> FileOfForm:
    """Biểu 25/UDS: .xlsx, one line a year for the province."""
    share = DIGITAL_USERS[min(asked.age, len(DIGITAL_USERS) - 1)]
    users = round(stocks.people(asked.age) * share)
    columns = [
        FormColumn("user_count", ("Số người sử dụng ít nhất một ứng dụng số",), 24),
        FormColumn("service_user_count", ("Trong đó sử dụng dịch vụ công, y tế, giáo dục số",), 26),
    ]
    form = Form(
        name="Biểu 25",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 25/UDS",
        title=["NGƯỜI DÂN SỬ DỤNG ỨNG DỤNG SỐ PHỔ BIẾN"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người",
        columns=_of_province(columns),
        rows=[_province_row({"user_count": users, "service_user_count": round(users * 0.58)})],
        notes=["Ghi chú: người sử dụng là người dùng ít nhất một ứng dụng số trong năm."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Người dân sử dụng ứng dụng số {asked.period.end.year}.xlsx", xlsx_bytes([lay_out(form)])


def ecommerce_products(asked: Asked) -> FileOfForm:
    """Biểu 26/TMĐT: .ods, whole numbers typed as text, a commune without a product included."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:products")
    products = figures.share_out(416 - 11 * asked.age, figures.around(weights, wobble, 0.7))
    listed = figures.share_out(287 - 16 * asked.age, figures.around(products, wobble, 0.5), products)
    values: Figures = {
        "product_count": products,
        "listed_count": listed,
        "seller_count": figures.share_out(1_164 - 58 * asked.age, figures.around(products, wobble, 0.5)),
    }
    heading = "Sản phẩm OCOP, sản phẩm chủ lực"
    columns = [
        asked.commune_column(),
        FormColumn("product_count", (heading, "Tổng số"), 14),
        FormColumn("listed_count", (heading, "Đã lên sàn thương mại điện tử"), 18),
        FormColumn("seller_count", ("Hộ, hợp tác xã, doanh nghiệp có gian hàng",), 20),
        NOTE,
    ]
    form = Form(
        name="TMĐT",
        superior=UBND,
        office="SỞ CÔNG THƯƠNG",
        form_number="Biểu số 26/TMĐT",
        title=["SẢN PHẨM OCOP, SẢN PHẨM CHỦ LỰC", "ĐƯA LÊN SÀN THƯƠNG MẠI ĐIỆN TỬ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: sản phẩm, gian hàng",
        columns=columns,
        rows=[
            *rows_of(asked.names(asked.communes()), values, grouped),
            FormRow("total", "", {"org_unit": "Tổng số", **grouped_sums_of(values)}),
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Thương mại điện tử quý {asked.quarter}.ods", ods_bytes([lay_out(form)])


def it_workforce(asked: Asked) -> FileOfForm:
    """Biểu 27/NLCNTT: .xlsx, staff of every commune, and whether one of them looks after its IT."""
    communes, weights = asked.communes(), asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:staff")
    officials = [12 + more for more in figures.share_out(4_310 - 12 * len(communes), weights)]
    has = figures.share_out(
        round(len(communes) * (0.947 - 0.043 * asked.age)),
        [wobble(0.9) for _ in communes],
        [1] * len(communes),
    )
    by_size = [count * weight for count, weight in zip(has, weights, strict=True)]
    second = figures.share_out(round(sum(has) * 0.18), by_size, has)
    values: Figures = {
        "official_count": officials,
        "it_official_count": [first + more for first, more in zip(has, second, strict=True)],
        "trained_count": figures.share_out(
            round(sum(officials) * (0.834 - 0.031 * asked.age)), figures.around(officials, wobble, 0.1), officials
        ),
        "with_it": has,
        "without_it": [1 - count for count in has],
    }
    staff, present = "Cán bộ, công chức, viên chức", "Nhân lực CNTT tại xã, phường"
    columns = [
        asked.commune_column(),
        FormColumn("official_count", (staff, "Tổng số"), 12),
        FormColumn("it_official_count", (staff, "Phụ trách CNTT, chuyển đổi số"), 16),
        FormColumn("trained_count", (staff, "Đã bồi dưỡng kỹ năng số"), 15),
        FormColumn("with_it", (present, "Có"), 10),
        FormColumn("without_it", (present, "Chưa có"), 10),
        NOTE,
    ]
    form = Form(
        name="Biểu 27",
        superior=UBND,
        office="SỞ NỘI VỤ",
        form_number="Biểu số 27/NLCNTT",
        title=["NHÂN LỰC CÔNG NGHỆ THÔNG TIN, CHUYỂN ĐỔI SỐ CẤP XÃ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: người",
        columns=columns,
        rows=[
            *rows_of(asked.names(communes), values, plain),
            FormRow("total", "", {"org_unit": "Tổng cộng", **sums_of(values)}),
        ],
        notes=["Ghi chú: cột (6), (7) ghi 1 nếu đúng, 0 nếu không đúng."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
        merges_total=True,
    )
    return f"Nhân lực CNTT cấp xã quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


def digital_enterprises(asked: Asked) -> FileOfForm:
    """Biểu 28/DNS: .xlsx, one line for the province."""
    columns = [
        FormColumn("assessed_count", ("Số doanh nghiệp đã đánh giá mức độ chuyển đổi số",), 24),
        FormColumn("platform_count", ("Số doanh nghiệp sử dụng nền tảng số",), 22),
    ]
    values = {"assessed_count": 812 - 47 * asked.age, "platform_count": 1_298 - 55 * asked.age}
    form = Form(
        name="Biểu 28",
        superior=UBND,
        office="SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        form_number="Biểu số 28/DNS",
        title=["DOANH NGHIỆP ĐƯỢC ĐÁNH GIÁ", "MỨC ĐỘ CHUYỂN ĐỔI SỐ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: doanh nghiệp",
        columns=_of_province(columns),
        rows=[_province_row(values)],
        notes=[
            "Ghi chú: số lũy kế đến ngày chốt số liệu; doanh nghiệp sử dụng nền tảng số là doanh nghiệp nhỏ và vừa."
        ],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Doanh nghiệp chuyển đổi số quý {asked.quarter}.xlsx", xlsx_bytes([lay_out(form)])


def smart_classrooms(asked: Asked) -> FileOfForm:
    """Biểu 31/LHTM: .xlsx, the communes of the year's last day."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:classrooms")
    rooms = [4 + more for more in figures.share_out(7_930 - 4 * len(weights) - 85 * asked.age, weights)]
    values: Figures = {
        "school_count": [1 + more for more in figures.share_out(597 - len(weights), weights)],
        "classroom_count": rooms,
        "smart_count": figures.share_out(1_106 - 243 * asked.age, figures.around(rooms, wobble, 0.5), rooms),
    }
    heading = "Phòng học"
    columns = [
        asked.commune_column(),
        FormColumn("school_count", ("Số trường học",), 13),
        FormColumn("classroom_count", (heading, "Tổng số"), 13),
        FormColumn("smart_count", (heading, "Trong đó phòng học thông minh"), 18),
        NOTE,
    ]
    form = Form(
        name="Biểu 31",
        superior=UBND,
        office="SỞ GIÁO DỤC VÀ ĐÀO TẠO",
        form_number="Biểu số 31/LHTM",
        title=["PHÒNG HỌC THÔNG MINH TRONG CÁC CƠ SỞ GIÁO DỤC"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: trường, phòng học",
        columns=columns,
        rows=[
            FormRow("total", "", {"org_unit": "Toàn tỉnh", **sums_of(values)}),
            *rows_of(asked.names(asked.communes()), values, plain),
        ],
        notes=["Ghi chú: đơn vị hành chính tại ngày 31/12 của năm báo cáo."],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Phòng học thông minh {asked.period.end.year}.xlsx", xlsx_bytes([lay_out(form)])


def smart_hospitals(asked: Asked) -> FileOfForm:
    """Biểu 32/BVTM: .xls, one line for the province."""
    heading = "Bệnh viện"
    columns = [
        FormColumn("hospital_count", (heading, "Tổng số"), 13),
        FormColumn("smart_count", (heading, "Đạt tiêu chí bệnh viện thông minh"), 20),
        FormColumn("emr_count", (heading, "Triển khai bệnh án điện tử"), 18),
    ]
    values = {
        "hospital_count": 17,
        "smart_count": max(0, 3 - asked.age),
        "emr_count": max(0, 7 - 3 * asked.age),
    }
    form = Form(
        name="Bieu 32",
        superior=UBND,
        office="SỞ Y TẾ",
        form_number="Biểu số 32/BVTM",
        title=["BỆNH VIỆN THÔNG MINH VÀ BỆNH ÁN ĐIỆN TỬ"],
        period_lines=asked.lines,
        unit_line="Đơn vị tính: bệnh viện",
        columns=_of_province(columns),
        rows=[_province_row(values)],
        dated=asked.dated,
        signers=("NGƯỜI LẬP BIỂU", "GIÁM ĐỐC"),
    )
    return f"Bệnh viện thông minh {asked.period.end.year}.xls", xls_bytes([lay_out(form)])


FORMS: dict[str, Callable[[Asked], FileOfForm]] = {
    form.__name__: form
    for form in (
        party_network,
        network_security,
        portal_sites,
        payment_accounts,
        digital_applications,
        ecommerce_products,
        it_workforce,
        digital_enterprises,
        smart_classrooms,
        smart_hospitals,
    )
}
"""By source name."""


def _of_province(columns: Sequence[FormColumn]) -> list[FormColumn]:
    return [FormColumn("org_unit", ("Tỉnh",), 24, ""), *columns, NOTE]


def _province_row(values: Mapping[str, Cell]) -> FormRow:
    return FormRow("data", "1", {"org_unit": PROVINCE_LINE, **values})
