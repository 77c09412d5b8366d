"""What can be wrong with a form: its titles, tables, columns and rows."""

from ioc_pipeline.domain.messages.message import Message

FORM: dict[str, Message] = {
    "unknown-form": Message(
        "không nhận ra biểu mẫu nào của đơn vị trong tệp này",
        "tệp có tiêu đề của một biểu mà đơn vị phải báo cáo",
        "Giữ nguyên dòng tiêu đề biểu theo mẫu; có thể lấy lại mẫu trắng từ Trung tâm IOC",
        "No title of the department's forms stands in the workbook.",
    ),
    "older-template": Message(
        "tệp được lập trên mẫu cũ của biểu này; số liệu đọc được vẫn nhận như thường",
        "",
        "Lần sau xin dùng mẫu mới, lấy ở trang của đơn vị hoặc từ Trung tâm IOC",
        "The workbook was filled into an older template of the form.",
    ),
    "wrong-department": Message(
        "biểu này thuộc trách nhiệm báo cáo của đơn vị khác",
        "biểu của chính đơn vị có thư mục này",
        "Chuyển tệp cho đơn vị chủ trì biểu, hoặc thả vào đúng thư mục của đơn vị đó",
        "The form belongs to another department's folder.",
    ),
    "several-forms": Message(
        "tệp chứa nhiều biểu mẫu khác nhau",
        "mỗi tệp một biểu mẫu",
        "Tách mỗi biểu thành một tệp rồi gửi lại",
        "More than one form in one workbook.",
    ),
    "missing-table": Message(
        "không tìm thấy bảng có tiêu đề bắt buộc",
        "",
        "Ghi đúng tiêu đề bảng phía trên tiêu đề cột, không đổi lời",
        "A required table's title is not in the workbook.",
    ),
    "table-on-hidden-sheet": Message(
        "bảng chỉ có ở trang tính đang ẩn, hệ thống không đọc trang ẩn",
        "",
        "Bỏ ẩn (Unhide) trang tính chứa số liệu chính thức rồi gửi lại",
        "The table stands on a hidden sheet only.",
    ),
    "missing-header": Message(
        "có tiêu đề bảng nhưng không tìm thấy dòng tiêu đề cột bên dưới",
        "",
        "Giữ nguyên các dòng tiêu đề cột của mẫu",
        "A title without the form's header rows below it.",
    ),
    "missing-column": Message(
        "thiếu cột bắt buộc",
        "cột có tiêu đề như trong mẫu",
        "Thêm lại cột theo mẫu; không đổi tên, không gộp cột",
        "A required column is not there.",
    ),
    "duplicate-column": Message(
        "một tiêu đề cột xuất hiện nhiều lần",
        "",
        "Xóa hoặc đổi tên cột thừa để mỗi tiêu đề chỉ có một cột",
        "The same header stands over two columns.",
    ),
    "extra-column": Message(
        "cột không có trong mẫu, không được nạp",
        "",
        "Không cần sửa nếu cột chỉ để theo dõi nội bộ",
        "A column the contract does not know; not loaded.",
    ),
    "hidden-column": Message(
        "cột số liệu của biểu đang bị ẩn",
        "số liệu của biểu ở cột nhìn thấy",
        "Bỏ ẩn (Unhide) cột nếu đó là số liệu chính thức; xóa cột cũ nếu số liệu nằm ở cột khác",
        "Figures of the form stand in a hidden column: a warning, or an error beside a visible column the form lacks.",
    ),
    "hidden-rows": Message(
        "các dòng đang bị ẩn hoặc bị lọc vẫn được tính",
        "",
        "Bỏ lọc, bỏ ẩn (Unhide) để kiểm tra; xóa dòng nếu không thuộc báo cáo",
        "Rows hidden by hand, by a filter or by an outline were loaded with the others.",
    ),
    "hidden-cells": Message(
        "các ô có chữ trùng màu nền hoặc bị định dạng ẩn vẫn được tính",
        "",
        "Để chữ có màu khác màu nền để kiểm tra; xóa nội dung nếu không thuộc báo cáo",
        "Cells in the colour of their ground, or with a text that their format hides, were loaded with the others.",
    ),
    "covered-cells": Message(
        "các ô bị ô gộp (Merge) che không được tính",
        "",
        "Bỏ gộp ô để thấy nội dung bị che; xóa nội dung đó nếu thừa, hoặc ghi mỗi số liệu vào ô riêng rồi gửi lại",
        "Cells of the table that lie under a merged cell, where nobody sees them; read as blank.",
    ),
    "struck-cells": Message(
        "các ô bị gạch ngang không được tính",
        "",
        "Xóa hẳn nội dung bị gạch ngang; nếu số liệu đúng, bỏ gạch ngang rồi gửi lại",
        "Cells of the table that are struck through; read as blank.",
    ),
    "no-rows": Message(
        "bảng không có dòng số liệu nào",
        "",
        "Điền số liệu, hoặc ghi “Không phát sinh” vào dòng đầu tiên của bảng",
        "The table has no data row.",
    ),
    "row-without-name": Message(
        "dòng có số liệu nhưng không ghi tên đơn vị",
        "tên đơn vị ở cột đơn vị",
        "Điền tên đơn vị, hoặc xóa dòng thừa",
        "Figures in a row that names no unit.",
    ),
    "row-after-end": Message(
        "có dòng số liệu nằm dưới ghi chú hoặc phần ký tên của bảng, hệ thống không rõ có phải nạp hay không",
        "mọi dòng số liệu nằm liền nhau, ghi chú và chữ ký ở dưới cùng",
        "Chuyển ghi chú xuống dưới bảng; nếu là bảng khác, chuyển bảng đó sang trang tính khác",
        "A row of a known unit or period with figures stands below the notes or the signatures.",
    ),
    "code-not-of-unit": Message(
        "mã và tên đơn vị trong dòng không khớp nhau",
        "mỗi dòng ghi đúng mã của đơn vị nêu tên trong dòng",
        "Sửa mã hoặc tên cho khớp danh mục đơn vị hành chính rồi gửi lại",
        "A row's code is not the code of the unit it names; a warning where no row's is.",
    ),
    "other-reporter": Message(
        "phần đầu biểu ghi tên đơn vị khác với đơn vị của thư mục",
        "tên đơn vị báo cáo trùng với đơn vị của thư mục",
        "Kiểm tra lại: nếu gửi nhầm thư mục, đề nghị Trung tâm IOC thu hồi rồi gửi lại vào đúng thư mục",
        "The letterhead names another reporter than the folder.",
    ),
    "part-larger-than-whole": Message(
        "dòng “trong đó” lớn hơn dòng mà nó là một phần",
        "",
        "Kiểm tra lại hai dòng; nếu dòng này là một đơn vị, ghi đúng tên đơn vị",
        "A row of a part (of which, a dash before its name) is more than the row above it.",
    ),
    "cell-without-role": Message(
        "có số nằm ngoài các cột của biểu, không rõ là số gì; hệ thống không nạp",
        "mọi số nằm dưới một tiêu đề cột",
        "Ghi tiêu đề cho cột đó, hoặc chuyển các số ghi nháp ra khỏi trang tính",
        "A number or date beside the rows under no header, or above the header; not loaded.",
    ),
    "other-table": Message(
        "dưới bảng còn một bảng khác, hệ thống không nạp bảng đó",
        "trên trang tính chỉ có bảng của biểu này",
        "Nếu các dòng đó thuộc biểu này, đặt chúng liền dưới bảng; nếu không, chuyển bảng kia sang trang tính khác",
        "The header of another table stands below the table: its rows are not loaded.",
    ),
    "untitled-table": Message(
        "trang tính có đầu bảng của biểu nhưng không có tên biểu, hệ thống không nạp trang này",
        "tên biểu ghi phía trên đầu bảng",
        "Nếu các dòng đó thuộc biểu này, ghi tên biểu phía trên bảng; nếu không, bỏ trang tính đó khỏi tệp",
        "A sheet holds the form's header over figures, but not its title: its rows are not loaded.",
    ),
    "duplicate-row": Message(
        "đơn vị này có hai dòng cho cùng một kỳ",
        "",
        "Giữ lại một dòng đúng, xóa dòng kia",
        "Two rows for one unit and period.",
    ),
    "missing-units": Message(
        "biểu chưa đủ các đơn vị phải báo cáo",
        "",
        "Bổ sung các đơn vị còn thiếu; đơn vị không phát sinh số liệu thì ghi 0 hoặc “-”",
        "Not all expected units are in the form.",
    ),
    "wrong-unit-measure": Message(
        "đơn vị tính ghi trên biểu khác với mẫu",
        "",
        "Quy đổi số liệu về đúng đơn vị tính của mẫu rồi sửa dòng “Đơn vị tính”",
        "The unit line differs from the contract's: every number would be wrong by a factor.",
    ),
    "total-mismatch": Message(
        "dòng cộng không bằng tổng các dòng thành phần",
        "",
        "Kiểm tra các dòng thành phần và dòng cộng, sửa chỗ sai rồi gửi lại",
        "A total row differs from the sum of its parts.",
    ),
}
