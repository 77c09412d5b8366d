"""What can be wrong with a workbook as a container of cells."""

from ioc_pipeline.domain.messages.message import Message

WORKBOOK: dict[str, Message] = {
    "password-protected": Message(
        "tệp được đặt mật khẩu nên không đọc được",
        "tệp không đặt mật khẩu mở",
        "Trong Excel chọn File > Info > Protect Workbook > Encrypt with Password, xóa mật khẩu, lưu rồi gửi lại; "
        "không gửi mật khẩu cho ai",
        "Encrypted, in any of the ways workbooks are.",
    ),
    "macro-workbook": Message(
        "tệp chứa macro; vì an toàn, hệ thống không nhận tệp có macro",
        "bảng tính không có macro (.xlsx)",
        "Trong Excel chọn File > Save As > Excel Workbook (.xlsx), đồng ý bỏ macro rồi gửi lại",
        "A VBA project, a macro sheet or Basic modules, whatever the extension.",
    ),
    "binary-workbook": Message(
        "tệp ở dạng nhị phân .xlsb, hệ thống không đọc dạng này",
        "bảng tính .xlsx",
        "Trong Excel chọn File > Save As > Excel Workbook (.xlsx) rồi gửi lại",
        "Excel binary workbook (.xlsb).",
    ),
    "old-workbook": Message(
        "tệp ở dạng Excel rất cũ (trước Excel 5.0)",
        "bảng tính .xlsx",
        "Mở tệp bằng LibreOffice hoặc Excel, lưu thành .xlsx rồi gửi lại",
        "Excel 2 to 4, or Excel 5 without its container.",
    ),
    "workbook-named-csv": Message(
        "nội dung là bảng tính Excel nhưng tên tệp là CSV",
        "tên tệp đúng với nội dung",
        "Đổi phần mở rộng thành .xlsx (hoặc .xls, .ods), hoặc lưu lại thành CSV UTF-8 bằng Save As",
        "A workbook under a CSV name: which of the two was meant is not guessed.",
    ),
    "no-sheet": Message(
        "bảng tính không có trang tính nào chứa ô",
        "ít nhất một trang tính có bảng số liệu",
        "Thêm trang tính có số liệu (không chỉ có biểu đồ) rồi gửi lại",
        "Only chart sheets, or none at all.",
    ),
    "too-many-cells": Message(
        "bảng tính dùng quá nhiều ô",
        "nhiều nhất 5.000.000 ô tính từ A1 đến ô cuối",
        "Nhấn Ctrl+End để thấy ô cuối; xóa các dòng, cột thừa nằm xa bảng số liệu, lưu rồi gửi lại, hoặc tách tệp",
        "The used ranges, from A1 to the last cell that holds something, have more than 5,000,000 cells.",
    ),
    "too-many-sheets": Message(
        "bảng tính có quá nhiều trang tính",
        "nhiều nhất 200 trang tính",
        "Xóa các trang tính không cần (kể cả trang ẩn) hoặc tách thành nhiều tệp",
        "More than 200 sheets.",
    ),
    "too-many-merges": Message(
        "bảng tính có quá nhiều vùng ô gộp",
        "nhiều nhất 20.000 vùng ô gộp",
        "Bỏ gộp ô (Unmerge Cells) ở phần số liệu, chỉ gộp ô ở tiêu đề",
        "More than 20,000 merged ranges in one sheet.",
    ),
    "too-much-text": Message(
        "chữ trong bảng tính quá nhiều",
        "tổng lượng chữ không quá 256 MB",
        "Tách thành nhiều tệp, hoặc bỏ các cột ghi chú dài",
        "The cells and comments hold more than 256 MiB of text.",
    ),
    "external-link": Message(
        "bảng tính có công thức lấy số từ tệp khác; hệ thống chỉ dùng kết quả đã lưu, không mở tệp kia",
        "",
        "Nên dán giá trị (Paste Special > Values) vào các ô lấy từ tệp khác để số liệu không đổi theo tệp kia",
        "Links to other workbooks; never followed.",
    ),
    "embedded-object": Message(
        "bảng tính có đối tượng nhúng (OLE, ActiveX); hệ thống bỏ qua, không mở",
        "",
        "Nên xóa đối tượng nhúng nếu không cần",
        "Embedded objects; never opened.",
    ),
}
