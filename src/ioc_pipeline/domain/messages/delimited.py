"""What can be wrong with a CSV."""

from ioc_pipeline.domain.messages.message import Message

DELIMITED: dict[str, Message] = {
    "csv-not-declared": Message(
        "biểu này không nhận tệp CSV",
        "bảng tính Excel (.xlsx, .xls) hoặc OpenDocument (.ods)",
        "Mở tệp CSV bằng Excel, kiểm tra các cột, lưu thành Excel Workbook (.xlsx) rồi gửi lại",
        "A CSV for a form whose contract declares no encoding and delimiter.",
    ),
    "csv-encoding": Message(
        "bảng mã của tệp CSV không đúng quy định, chữ tiếng Việt sẽ bị sai",
        "bảng mã đã quy định cho biểu (thường là UTF-8)",
        "Trong Excel chọn File > Save As > CSV UTF-8 (Comma delimited) rồi gửi lại",
        "The bytes are not in the declared encoding; the cell gives the line.",
    ),
    "csv-other-encoding": Message(
        "tệp CSV ở bảng mã khác với quy định, nhưng có dấu hiệu rõ ràng nên vẫn đọc được",
        "bảng mã đã quy định cho biểu (thường là UTF-8)",
        "Lần sau lưu bằng Save As > CSV UTF-8 (Comma delimited)",
        "A byte order mark names another encoding than the contract; the mark is followed.",
    ),
    "csv-nul": Message(
        "tệp CSV có ký tự rỗng (NUL): tệp hỏng, hoặc lưu ở bảng mã khác",
        "tệp chỉ có chữ và số",
        "Mở tệp gốc bằng Excel, lưu lại bằng Save As > CSV UTF-8 rồi gửi lại",
        "A NUL character; the cell gives the line.",
    ),
    "csv-quote": Message(
        'dấu nháy kép (") không khớp: thiếu dấu đóng, hoặc có chữ ngay sau dấu đóng',
        'mỗi ô có dấu nháy thì mở và đóng bằng ", dấu nháy bên trong viết thành ""',
        "Sửa dòng này, hoặc mở bằng Excel rồi lưu lại bằng Save As > CSV UTF-8",
        "A quote that is not closed, or text after a closing quote; the cell gives the line where the row begins.",
    ),
    "csv-delimiter": Message(
        "các cột của tệp CSV được ngăn bằng dấu khác với quy định của biểu",
        "",
        "Lưu lại với đúng dấu phân cách đã quy định, hoặc gửi tệp Excel (.xlsx)",
        "Most lines are divided by another sign than the contract's; the message names both.",
    ),
    "csv-ragged": Message(
        "dòng này có số cột khác với các dòng khác",
        "mọi dòng có cùng số cột",
        "Thêm hoặc bớt dấu phân cách ở dòng này; số có dấu phẩy thập phân phải đặt trong dấu nháy kép "
        "nếu dấu phẩy là dấu phân cách",
        "From the first row as wide as the table on, every row that is not blank must have its width.",
    ),
    "csv-field-too-long": Message(
        "một ô dài hơn 32.767 ký tự (thường do thiếu dấu nháy đóng)",
        "mỗi ô không quá 32.767 ký tự, như trong Excel",
        "Kiểm tra dấu nháy kép ở dòng này, hoặc rút gọn nội dung ô",
        "A field longer than a cell can be.",
    ),
    "csv-too-many-columns": Message(
        "dòng này có quá nhiều cột",
        "nhiều nhất 16.384 cột",
        "Kiểm tra dấu phân cách và dấu xuống dòng của tệp",
        "A row with more columns than a sheet can have.",
    ),
    "csv-line-ends": Message(
        "tệp CSV xuống dòng theo kiểu máy Mac cũ (chỉ có ký tự CR); tệp vẫn được đọc",
        "",
        "Lần sau lưu bằng Save As > CSV UTF-8",
        "Lines end with CR only; read as lines.",
    ),
    "csv-sep-line": Message(
        "tệp CSV có dòng đầu “sep=…”; dòng này được dùng làm dấu phân cách và không tính là số liệu",
        "",
        "Không cần sửa",
        "Excel's sep= line; it outranks the declared delimiter.",
    ),
}
