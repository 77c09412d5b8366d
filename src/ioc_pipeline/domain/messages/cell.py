"""What can be wrong with one cell, and with the period or unit that it names."""

from ioc_pipeline.domain.messages.message import Message

CELL: dict[str, Message] = {
    "bad-cell": Message(
        "không đọc được giá trị của ô theo kiểu dữ liệu của cột",
        "giá trị đúng kiểu của cột; số viết theo kiểu 1.234,5",
        "Mở tệp bằng Excel, ghi lại giá trị của ô theo ví dụ rồi gửi lại",
        "A cell does not hold what its column's type wants.",
    ),
    "ambiguous-number": Message(
        "số trong ô có thể hiểu theo hai cách",
        "một số viết theo kiểu 1.234,5: dấu chấm tách hàng nghìn, dấu phẩy tách phần thập phân",
        "Ghi lại số theo đúng kiểu, hoặc nhập số vào ô định dạng Số (Number) của Excel",
        "A number has two readings, or mixes conventions; nothing is guessed.",
    ),
    "excel-error": Message(
        "ô chứa lỗi của Excel (ví dụ #DIV/0!, #REF!)",
        "một giá trị; “-” nếu không phát sinh, “…” nếu chưa có số liệu",
        "Sửa công thức trong Excel cho hết lỗi, hoặc thay bằng giá trị",
        "The cell shows an Excel error value.",
    ),
    "formula-without-value": Message(
        "ô chứa công thức nhưng tệp không lưu kết quả tính",
        "ô có kết quả tính",
        "Mở tệp bằng Excel, nhấn F9 để tính lại, lưu rồi gửi lại",
        "A formula was saved without its value; a blank would be a silent loss.",
    ),
    "shown-otherwise": Message(
        "ô hiện một số trên màn hình nhưng lưu một số khác, không rõ số nào là số liệu",
        "số lưu trong ô và số nhìn thấy là một",
        "Ghi đúng số liệu theo đơn vị tính của cột, đặt định dạng số thông thường (không chia nghìn, triệu)",
        "A number format shows a number on another scale than it is stored, or an amount that cannot be in the unit.",
    ),
    "date-in-number": Message(
        "ô của cột số lại chứa ngày tháng; Excel thường tự đổi 6/8 hoặc 27/63 thành ngày",
        "một số",
        "Chọn ô, định dạng là Văn bản (Text), gõ lại giá trị rồi gửi lại",
        "A date stands where a number belongs.",
    ),
    "bad-date": Message(
        "không đọc được ngày trong ô",
        "ngày viết theo thứ tự ngày/tháng/năm đủ bốn chữ số của năm, ví dụ 25/9/2025",
        "Ghi lại ngày theo ví dụ rồi gửi lại",
        "Not a real date written day/month/year.",
    ),
    "lossy-text": Message(
        "chữ trong ô đã mất dấu, có dấu hỏi thay cho chữ cái",
        "văn bản tiếng Việt Unicode đầy đủ dấu",
        "Mở tệp gốc, kiểm tra phông chữ, lưu lại ở định dạng .xlsx (Unicode) rồi gửi lại",
        "Letters were already replaced by “?” and cannot be restored.",
    ),
    "personal-data": Message(
        "tệp chứa dữ liệu cá nhân (số định danh, điện thoại, thư điện tử hoặc số thẻ bảo hiểm y tế)",
        "số liệu tổng hợp, không có thông tin của từng người",
        "Xóa cột, ô hoặc ghi chú có dữ liệu cá nhân, chỉ gửi số liệu tổng hợp",
        "Personal data: the whole file is returned and the value is printed nowhere.",
    ),
    "personal-data-released": Message(
        "chỗ này giống dữ liệu cá nhân; người của Trung tâm IOC đã xem và xác nhận là không phải",
        "",
        "Không cần sửa",
        "A person at the IOC decided that what looked like personal data is none (`ioc release`).",
    ),
    "blank-cell": Message(
        "ô bắt buộc bị để trống",
        "một số; ghi 0 nếu không có, “-” nếu không phát sinh, “…” nếu chưa có số liệu",
        "Điền giá trị vào ô",
        "A required cell is blank.",
    ),
    "bad-period": Message(
        "không hiểu kỳ báo cáo ghi trong ô",
        "kỳ báo cáo viết như “Tháng 9/2025”, “Quý III/2025”, “6 tháng đầu năm 2025” hoặc “Năm 2025”",
        "Ghi lại kỳ báo cáo theo ví dụ rồi gửi lại",
        "A label that is no period.",
    ),
    "period-without-year": Message(
        "kỳ báo cáo thiếu năm",
        "kỳ báo cáo có ghi năm, ví dụ “Tháng 9/2025”",
        "Ghi thêm năm vào kỳ báo cáo hoặc vào tiêu đề của biểu",
        "A label without a year, and no year in the title or file name.",
    ),
    "unknown-unit": Message(
        "tên hoặc mã đơn vị không có trong danh mục tại thời điểm báo cáo",
        "tên đơn vị theo danh mục hành chính đang có hiệu lực",
        "Sửa tên đơn vị cho đúng danh mục",
        "No unit of that name or code at the date of the figures.",
    ),
    "ambiguous-unit": Message(
        "tên đơn vị trùng với nhiều đơn vị",
        "",
        "Ghi mã đơn vị thay cho tên, hoặc ghi rõ huyện cũ trong ngoặc",
        "The name fits several units.",
    ),
    "foreign-unit": Message(
        "đơn vị này không thuộc phạm vi báo cáo của thư mục",
        "",
        "Xóa dòng của đơn vị ngoài phạm vi, hoặc sửa lại tên, mã",
        "A unit that is not this reporter's.",
    ),
    "unknown-period": Message(
        "không đọc được kỳ báo cáo",
        "",
        "Ghi kỳ báo cáo ở dòng dưới tiêu đề biểu, ví dụ “Tháng 9 năm 2025”",
        "The period could not be read.",
    ),
    "no-layout": Message(
        "không có mẫu biểu nào áp dụng cho kỳ báo cáo này",
        "",
        "Kiểm tra lại kỳ báo cáo; nếu kỳ đúng, đề nghị Trung tâm IOC bổ sung mẫu biểu của thời gian đó",
        "The contract knows no layout for the period.",
    ),
    "period-conflict": Message(
        "các kỳ báo cáo ghi trong tệp không khớp nhau",
        "",
        "Sửa để tiêu đề, dòng kỳ báo cáo và tên tệp cùng một kỳ",
        "Two places name two periods.",
    ),
    "future-period": Message(
        "kỳ báo cáo chưa bắt đầu vào ngày gửi",
        "kỳ đã hoặc đang diễn ra",
        "Sửa lại kỳ báo cáo",
        "The period lies in the future.",
    ),
}
