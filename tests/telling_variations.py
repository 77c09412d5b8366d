"""A form of one month written in ways that say something else than the form as it is."""

from hypothesis import strategies as st

from form_variations import Draw, Form, Variation, _pick, _put_beside, _sum_of, headers_in_two_languages
from ioc_pipeline.domain.workbooks import Value


def another_span(form: Form, draw: Draw) -> None:
    text = _pick(
        "Tháng 7 - 9/2025", "Tháng 8, 9 năm 2025",
        "8,9/2025", "9 tháng đầu năm 2025", "9T/2025", "6T cuối năm 2025", "Q3/2025",
        "Quý III/2025", "Từ tháng 1 đến tháng 9/2025", "First nine months of 2025", "Jan - Sep 2025", "3 quý đầu năm",
        "Tháng 9 năm 2025 (từ 16/8 đến 15/9)", "Tháng 9/2025 (16/8 - 15/9)",
        "Tháng 9/2025, từ ngày 1 tháng 9 đến ngày 28 tháng 9",
        "Nửa đầu năm 2025", "Nửa cuối năm 2025", "10 ngày đầu tháng 9 năm 2025", "Nửa đầu tháng 9/2025",
        "Tuần 2 tháng 9/2025", "Trung tuần tháng 9 năm 2025", "9T25", "9M2025", "3Q2025", "Q.III/2025", "Q3/25",
        "FY2025", "01/08/2025-30/09/2025", "Since 1 January 2025",
    )  # fmt: skip
    form.period = [[draw(text)]]


def sums_and_plans(form: Form, draw: Draw) -> None:
    label = draw(_pick("tháng 9/2025", "T9/2025", "tháng 9 năm 2025"))
    text = _pick(
        "Lũy kế {}", "LK {}", "Tính đến hết {}", "Đến {}", "KH {}", "Kế hoạch {}", "Dự toán {}", "{} (cộng dồn)",
        "{} (kế hoạch)", "{} (target)",
        "{} (lũy tiến)", "{} - tích lũy", "Dự báo {}", "{} so với kế hoạch", "Số liệu gộp từ tháng 1 đến {}",
        "{} và quý III/2025", "{} (lũy kế từ đầu năm)", "Bình quân 9 tháng đến {}", "Cùng kỳ {}",
    )  # fmt: skip
    form.period = [[draw(text).format(label)]]


def another_kind_in_a_header(form: Form, draw: Draw) -> None:
    text = draw(
        _pick(
            "Lũy kế",
            "LK",
            "Kế hoạch năm",
            "KH",
            "Dự toán",
            "Cùng kỳ năm trước",
            "Tháng 8/2025",
            "YTD",
            "9 tháng",
            "Tích lũy",
            "Ước cả năm",
            "Số giao đầu năm",
            "Năm báo cáo trước",
            "Kỳ gốc",
            "So với cùng kỳ năm trước (%)",
            "% kế hoạch",
            "Tăng, giảm so với tháng trước",
        )
    )
    line: list[Value] = [None, None, text]
    form.header.insert(0, line) if draw(st.booleans()) else form.data.insert(0, line)


def another_kind_in_a_note(form: Form, draw: Draw) -> None:
    text = draw(
        _pick(
            "Số liệu lũy kế từ đầu năm",
            "Số liệu kế hoạch",
            "Các số liệu tính đến hết tháng 9 là lũy kế",
            "Số liệu tháng 8/2025",
            "Kỳ số liệu: tháng 8/2025",
            "Số kế hoạch giao năm 2025",
            "Lũy kế 9 tháng",
            "Lũy tiến từ đầu năm",
            "Biểu này là số tích lũy",
            "Số giao đầu năm",
            "Số của cùng kỳ năm trước",
            "Bao gồm cả tháng 8",
            "Các số liệu trên là kế hoạch",
            "Cumulative figures",
            "Chỉ tiêu giao",
            "Tháng 8",
            "(Tính từ 01/01/2025)",
            "Số liệu chốt ngày 25/8/2025",
            "Tháng 8 và tháng 9",
            "Tính đến ngày 25/8/2025",
            "Gồm cả tháng 8",
            "Đã cộng thêm quý II",
            "Thời điểm: tháng 8/2025",
            "Lấy theo tháng trước",
        )
    )
    place = draw(_pick("note", "foot", "remark", "letterhead"))
    if place == "letterhead":
        form.letterhead.append([draw(_pick("Số kế hoạch giao năm 2025", "Số liệu lũy kế", "Số liệu dự toán"))])
    elif place == "note":
        form.notes.append(("C7", text))
    elif place == "foot":
        form.foot.insert(0, [f"Ghi chú: {text}"])
    else:
        row = next(line for line in form.data if line and line[0] == 1.0)
        row[5] = draw(
            _pick(
                "số lũy kế", "số kế hoạch giao năm 2025", "lũy kế 9 tháng", "số của tháng 8", "Tuần 37", "Gồm cả quý II"
            )
        )


def another_kind_in_the_title(form: Form, draw: Draw) -> None:
    text = _pick("(kế hoạch)", "dự kiến", "năm 2025 (dự toán)", "so với cùng kỳ năm trước", "quý III năm 2025", "- LK")
    form.title[0][0] = f"{form.title[0][0]} {draw(text)}"


def nothing_but_a_kind(form: Form, draw: Draw) -> None:
    """A text of nothing but a kind and words for figures counts wherever it stands."""
    kinds = _pick("kế hoạch", "dự toán", "dự báo", "cùng kỳ năm trước", "quý", "hằng năm", "của tuần", "bình quân")
    english = _pick("Quarterly figures", "Annual report", "Planned figures", "weekly data", "Previous month figures")
    text = draw(st.one_of(english, st.builds("{} {}".format, _pick("Số liệu", "Báo cáo", "Số"), kinds)))
    place = draw(
        _pick("letterhead", "title", "line", "bracket", "unit", "heading", "remark", "foot", "mark", "note", "name")
    )
    if place == "letterhead":
        form.letterhead.append([draw(_pick(text, "BÁO CÁO KẾ HOẠCH THU NĂM 2025"))])
    elif place == "title":
        form.title[0][0] = f"{form.title[0][0]} {draw(_pick('({})', '- {}', '{}')).format(text)}"
    elif place == "line":
        form.title.append([text])
    elif place == "bracket":
        form.period[0][0] = f"{form.period[0][0]} ({text})"
    elif place == "unit":
        form.unit[0][0] = text
    elif place == "heading":
        form.data.insert(0, [None, text] if not text.startswith("Báo cáo") else [None, f"Số liệu: {text}"])
    elif place == "remark":
        next(line for line in form.data if line and line[0] == 1.0)[5] = text
    elif place == "note":
        form.notes.append(("C7", text))
    elif place == "name":
        form.sheet_name = text
    else:
        form.foot.insert(0, [f"{'(*)' if place == 'mark' else 'Ghi chú:'} {text}"])


def nothing_but_another_time(form: Form, draw: Draw) -> None:
    """A text of nothing but words of time counts wherever it stands, also in the forms of other countries."""
    text = draw(
        _pick(
            "Aug-25", "T8/25", "T8-25", "9M2025", "3Q2025", "Niên độ 2024", "Hai tháng 8, 9", "Cộng các tháng",
            "Tổng các kỳ", "Từ đầu năm", "Từ 01/8 đến 30/9", "01/08/2025-30/09/2025", "since 1 January 2025",
            "Running total", "3 tháng gần nhất", "9 tháng cộng lại", "Nửa đầu tháng", "15 ngày đầu tháng",
        )
    )  # fmt: skip
    place = draw(_pick("letterhead", "line", "bracket", "title", "under header", "foot", "mark", "note"))
    if place == "letterhead":
        form.letterhead.append([text])
    elif place == "line":
        form.title.append([text])
    elif place == "bracket":
        form.period[0][0] = f"{form.period[0][0]} ({text})"
    elif place == "title":
        form.title[0][0] = f"{form.title[0][0]} - {text}"
    elif place == "under header":
        form.data.insert(0, [None, None, text])
    elif place == "note":
        form.notes.append(("C7", text))
    else:
        form.foot.insert(0, [f"{'(*)' if place == 'mark' else 'Ghi chú:'} {text}"])


def a_stale_month_without_its_year(form: Form, draw: Draw) -> None:
    month = draw(_pick("tháng 8", "T8", "tháng Tám", "August", "tuần 37"))
    if draw(st.booleans()):
        form.title[0][0] = f"{form.title[0][0]} {month}"
    else:
        form.data.insert(0, [None, draw(_pick("{}", "Số liệu {}")).format(month)])


def groups_of_another_time(form: Form, draw: Draw) -> None:
    own = draw(_pick("Tháng 8", "Thực hiện tháng 8/2025", "9 tháng", "Quý III", "Khối A", "Lũy kế"))
    _put_beside(form, own, draw(_pick("Lũy kế", "Kế hoạch", "Cùng kỳ năm trước", "Khối B")))


def figures_taken_from_another_month(form: Form, draw: Draw) -> None:
    row = next(line for line in form.data if line and line[0] == 1.0)
    row[5] = draw(_pick("Lấy số tháng 8", "Chưa có số liệu, dùng số tháng trước", "tạm lấy theo báo cáo quý II"))


def another_meaning_in_english(form: Form, draw: Draw) -> None:
    headers_in_two_languages(form, draw)
    word = draw(_pick("Planned revenue", "Cumulative revenue", "Revenue, previous year", "Revenue (million VND)"))
    form.header[1][2] = f"Tổng số - {word}"


def another_unit(form: Form, draw: Draw) -> None:
    unit = draw(
        _pick(
            "triệu đồng",
            "Nghìn đồng",
            "tr.đ",
            "VND million",
            "millions of VND",
            "1.000 đồng",
            "nghìn tỷ đồng",
            "Trđ",
            "10⁶ đồng",
            "USD",
            "1.000.000 đồng",
            "mio VND",
            "KVND",
            "$",
            "CNY",
            "kíp Lào",
            "Tr VNĐ",
        )
    )
    place = draw(_pick("line", "label", "header", "foot", "end", "beside", "title", "end of title", "note", "currency"))
    if place == "currency":
        form.unit = [["Loại tiền: USD"]]
    elif place == "end of title":
        form.title[0][0] = f"{form.title[0][0]} {unit}"
    elif place == "note":
        form.foot.insert(0, [f"Ghi chú: {unit}"])
    elif place == "line":
        form.unit = [[f"({unit})"]]
    elif place == "label":
        form.unit = [[None, f"ĐVT: {unit}"]]
    elif place == "header":
        form.header[0][2] = f"Thu ngân sách ({unit})"
    elif place == "foot":
        form.foot.insert(0, [f"Đơn vị tính: {unit}"])
    elif place == "end":
        form.foot.append([unit])
    elif place == "beside":
        form.data[0].extend([None] * (6 - len(form.data[0])))
        form.data[0].append(unit)
    else:
        form.title[0][0] = f"{form.title[0][0]} ({unit})"


def another_unit_under_a_header(form: Form, draw: Draw) -> None:
    line: list[Value] = [None, None, "(tỷ đồng)", "(tỷ đồng)", "(khoản)", None]
    at = draw(st.sampled_from([2, 3, 4]))
    line[at] = draw(_pick("(triệu đồng)", "nghìn đồng", "(nghìn tỷ đồng)")) if at < 4 else "(nghìn khoản)"
    form.data.insert(0, line)


def another_scale_on_the_screen(form: Form, draw: Draw) -> None:
    next(line for line in form.data if line and line[0] == 1.0)[2] = 57.25  # a text has no number format
    form.shown["Phường Tô Hiệu"] = draw(_pick("57", "0,05725", "$57,25", "57,25 ¤", ""))


def another_month_in_a_name(form: Form, draw: Draw) -> None:
    text = draw(_pick("Thu NS T8.2025", "bao cao thang 10", "Tháng 8", "Lũy kế 9 tháng", "KH 2025"))
    if draw(st.booleans()):
        form.file_name = f"{text}.xlsx"
    else:
        form.sheet_name = text


def another_reporter(form: Form, draw: Draw) -> None:
    form.letterhead[1][0] = draw(_pick("SỞ NỘI VỤ", "Đơn vị báo cáo: Sở Y tế", "UBND XÃ VÂN HỒ", "UBND TỈNH LAI CHÂU"))


def figures_of_another(form: Form, draw: Draw) -> None:
    """Whose figures they are counts also where the letterhead is the folder's own."""
    form.letterhead[1][0] = "VĂN PHÒNG UBND TỈNH"
    whose = draw(_pick("Sở Y tế", "SỞ TÀI CHÍNH", "Công an tỉnh", "UBND xã Vân Hồ"))
    lead = draw(_pick("Số liệu của {}", "Đơn vị gửi: {}", "(Số liệu {} tháng 9)", "Báo cáo do {} lập", "Data of {}"))
    place = draw(_pick("line", "title", "foot", "note"))
    if place == "line":
        form.period.append([lead.format(whose)])
    elif place == "title":
        form.title[0][0] = f"{form.title[0][0]} của {whose}"
    elif place == "foot":
        form.foot.insert(0, [f"Ghi chú: số liệu trên là của {whose}"])
    else:
        form.notes.append(("A4", f"Số liệu của {whose}"))


def a_wrong_total(form: Form, draw: Draw) -> None:
    total = form.total[0] if form.total else form.data[0]
    total[2] = 80.25 + draw(st.sampled_from([1.0, -0.5, 100.0]))


def a_wrong_sum_of_a_group(form: Form, draw: Draw) -> None:
    name = draw(_pick("Khu vực đô thị", "Cộng phường", "Huyện Mai Sơn (cũ)", "I. Vùng I", "Khối xã"))
    line = _sum_of(name, form.data[:2])
    line[4] = float(draw(st.integers(40, 90)))
    form.data.insert(draw(st.sampled_from([0, 2])), line)


def an_unknown_row(form: Form, draw: Draw) -> None:
    name = draw(_pick("Xã Không Tồn Tại", "- Xã Lạ", "Phường Mới", "Đơn vị khác"))
    form.data.append([draw(st.sampled_from([5.0, None])), name, 1.5, 1.0, 2.0, None])


def a_row_below(form: Form, draw: Draw) -> None:
    line = draw(st.sampled_from([[], ["Bổ sung"], ["Ghi chú: bổ sung"], ["Kết quả khác"], ["NGƯỜI LẬP BIỂU"]]))
    form.foot[:0] = [line, [5.0, draw(_pick("Phường Chiềng Cơi", "Xã Chiềng Khoa")), 1.5, 1.0, 2.0, None]]


def a_table_below(form: Form, draw: Draw) -> None:
    head = draw(
        st.sampled_from([["STT", "Xã, phường", "Chi ngân sách"], [None, "Nội dung", "Số tiền"], ["Chi tiết chi"]])
    )
    rows: list[list[Value]] = [[], ["Chi ngân sách"], head, [1.0, "Chi thường xuyên", 3.0], [2.0, "Chi đầu tư", 9.0]]
    form.foot = [*rows, *form.foot] if draw(st.booleans()) else [*form.foot, *rows]


def a_table_above(form: Form, draw: Draw) -> None:
    rows: list[list[Value]] = [[1.0, "Chi thường xuyên", 3.0], [2.0, draw(_pick("Chi đầu tư", "Xã Vân Hồ")), 9.0]]
    form.letterhead += [[draw(_pick("Chi ngân sách", "Biểu 30"))], ["STT", "Nội dung", "Số tiền"], *rows]


def a_part_larger_than_its_whole(form: Form, draw: Draw) -> None:
    first = next(at for at, line in enumerate(form.data) if line and line[0] == 1.0)
    form.data.insert(first + 1, [None, draw(_pick("- Nữ", "Trong đó: trực tuyến")), 99.0, 1.0, 1.0, None])


def a_number_without_header(form: Form, draw: Draw) -> None:
    line = draw(st.sampled_from([line for line in form.data if len(line) >= 6]))
    line.append(draw(st.sampled_from([3.0, 99.5])))


def a_code_of_another(form: Form, draw: Draw) -> None:
    form.header[0].append(draw(_pick("Mã xã", "Mã ĐVHC", "Mã đơn vị")))
    units = (line for line in form.data if line and line[0] in (1.0, 2.0, 3.0, 4.0))
    for line, code in zip(units, ("03646", "04048", "03664", "04246"), strict=True):
        line.extend([None] * (6 - len(line)))
        line.append(code)


def cells_that_nobody_sees(form: Form, draw: Draw) -> None:
    names = st.sampled_from([str(line[1]) for line in form.data if len(line) > 1 and line[0]])
    (form.hidden if draw(st.booleans()) else form.covered).add(draw(names))


TELLING: list[Variation] = [
    another_span, sums_and_plans, another_kind_in_a_header, another_kind_in_a_note, another_unit,
    groups_of_another_time,
    nothing_but_a_kind, nothing_but_another_time, a_stale_month_without_its_year,
    another_meaning_in_english, another_kind_in_the_title,
    figures_taken_from_another_month, figures_of_another,
    another_unit_under_a_header,
    cells_that_nobody_sees,
    another_scale_on_the_screen, another_month_in_a_name, another_reporter, a_wrong_total,
    a_wrong_sum_of_a_group, an_unknown_row, a_row_below,
    a_table_below, a_table_above, a_part_larger_than_its_whole, a_number_without_header, a_code_of_another,
]  # fmt: skip
