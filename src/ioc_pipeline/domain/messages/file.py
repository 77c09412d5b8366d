"""What can be wrong with a file before anything in it is read."""

from ioc_pipeline.domain.messages.message import Message

FILE: dict[str, Message] = {
    "empty-file": Message(
        "tệp không có nội dung (0 byte)",
        "tệp có số liệu",
        "Mở tệp gốc trong Excel, kiểm tra có số liệu, lưu lại rồi gửi lại",
        "The file holds no byte.",
    ),
    "not-a-workbook": Message(
        "nội dung tệp không phải là bảng tính, dù tên tệp có thể ghi như vậy",
        "bảng tính Excel (.xlsx, .xls), OpenDocument (.ods), hoặc CSV với biểu cho phép",
        "Mở số liệu trong Excel, chọn File > Save As > Excel Workbook (.xlsx) rồi gửi lại; không chỉ đổi tên tệp",
        "By its content neither a workbook nor, by its name, a CSV (PDF, Word, archive, plain text …).",
    ),
    "html-file": Message(
        "tệp là trang web (HTML) được đặt tên như tệp Excel; nhiều phần mềm xuất ra dạng này",
        "bảng tính Excel thật (.xlsx)",
        "Mở tệp bằng Excel, chọn File > Save As > Excel Workbook (.xlsx) rồi gửi lại tệp mới",
        "HTML or MHTML under the name of a workbook.",
    ),
    "xml-spreadsheet": Message(
        "tệp ở dạng XML (XML Spreadsheet 2003 hoặc tương tự), hệ thống không đọc dạng này",
        "bảng tính Excel (.xlsx)",
        "Mở tệp bằng Excel, chọn File > Save As > Excel Workbook (.xlsx) rồi gửi lại",
        "An XML file, such as Excel 2003 XML, in place of a workbook.",
    ),
    "wrong-extension": Message(
        "phần mở rộng của tên tệp không đúng với nội dung; tệp vẫn được đọc theo nội dung",
        "phần mở rộng đúng với nội dung: .xlsx, .xls hoặc .ods",
        "Lần sau dùng File > Save As để chọn định dạng, không đổi phần mở rộng bằng tay",
        "The extension names another format; read by content.",
    ),
    "damaged-file": Message(
        "tệp bị hỏng hoặc chép chưa xong, không thể tin số liệu trong đó",
        "tệp nguyên vẹn, mở được trong Excel mà không có cảnh báo sửa lỗi",
        "Mở tệp gốc bằng Excel, lưu thành tệp .xlsx mới (Save As) rồi gửi lại",
        "Truncated, a wrong checksum, or parts that contradict each other; nothing of it is read.",
    ),
    "unreadable-workbook": Message(
        "hệ thống không đọc được bảng tính này",
        "bảng tính mở được trong Excel mà không có cảnh báo sửa lỗi",
        "Mở tệp bằng Excel, lưu thành tệp .xlsx mới (Save As > Excel Workbook) rồi gửi lại; "
        "nếu vẫn lỗi, chép bảng sang tệp mới",
        "The reader refused it, crashed, ran out of memory or of time on it, twice.",
    ),
    "trailing-bytes": Message(
        "tệp có dữ liệu thừa ở cuối (thường do chép qua mạng); phần bảng tính vẫn nguyên vẹn và được đọc",
        "",
        "Không cần sửa; nếu thấy lạ, lưu lại bằng Excel rồi gửi lại",
        "Bytes after the end of the workbook's container; ignored.",
    ),
    "zip-bomb": Message(
        "tệp phình ra quá lớn khi giải nén nên không được đọc",
        "bảng tính thông thường",
        "Lưu lại bằng Excel thành tệp .xlsx mới; xóa vùng trống được định dạng thừa",
        "Inflates beyond the limits, or parts of the container overlap.",
    ),
    "too-many-parts": Message(
        "tệp chứa quá nhiều thành phần bên trong",
        "bảng tính có không quá 200 trang tính và không chèn hàng nghìn đối tượng",
        "Chép bảng số liệu sang một tệp Excel mới rồi gửi lại",
        "More than 2,000 parts in the container.",
    ),
    "unsafe-archive": Message(
        "cấu trúc bên trong tệp bất thường: có thành phần trùng tên hoặc tên trỏ ra ngoài tệp",
        "bảng tính do Excel hoặc LibreOffice lưu",
        "Mở tệp bằng Excel, lưu thành tệp .xlsx mới (Save As) rồi gửi lại",
        "Duplicate part names (also by case), absolute or escaping names, or two names for one part.",
    ),
    "xml-dtd": Message(
        "tệp chứa khai báo DTD, thành phần không có trong bảng tính thông thường và có thể gây hại",
        "bảng tính do Excel hoặc LibreOffice lưu",
        "Mở tệp bằng Excel, lưu thành tệp .xlsx mới (Save As) rồi gửi lại",
        "A document type declaration in an XML part; never expanded.",
    ),
    "unknown-department": Message(
        "tệp nằm ngoài thư mục nhận báo cáo của các cơ quan",
        "tệp nằm ngay trong thư mục của cơ quan gửi, ví dụ so-khcn",
        "Chuyển tệp vào thư mục của cơ quan mình; nếu chưa có thư mục, liên hệ Trung tâm IOC để được mở",
        "The file lies outside the departments' folders; it stays there and is not read.",
    ),
    "not-a-regular-file": Message(
        "mục này không phải là một tệp thông thường (có thể là lối tắt hoặc liên kết)",
        "chính tệp số liệu, không phải lối tắt trỏ đến tệp",
        "Xóa lối tắt và chép chính tệp số liệu vào thư mục",
        "A link, pipe, socket or device; it stays there and is never opened.",
    ),
    "bad-file-name": Message(
        "tên tệp có ký tự không nhìn thấy, ký tự hỏng, hoặc có dấu cách ở đầu hay cuối",
        "tên tệp chỉ gồm chữ, số, dấu cách ở giữa, dấu gạch nối và dấu chấm",
        "Đổi tên tệp bằng cách gõ lại tên mới, ví dụ Bieu-02-thang-9-2025.xlsx",
        "The name holds control, direction or zero-width characters, undecodable bytes, or outer blanks.",
    ),
    "in-a-subfolder": Message(
        "tệp nằm trong một thư mục con nên không được nhận",
        "tệp nằm ngay trong thư mục của đơn vị, không nằm trong thư mục con",
        "Chuyển các tệp cần gửi ra ngoài thư mục con, đặt ngay trong thư mục của đơn vị",
        "Files in a sub-folder of a department's folder; they stay there and are not read. One answer per sub-folder.",
    ),
    "temporary-name": Message(
        "tệp mang tên tạm hoặc tên bản sao lưu của phần mềm, nên hệ thống để yên, không nhận",
        "tệp đã chép xong, mang tên thường dùng, ví dụ Bieu-02-thang-9-2025.xlsx",
        "Nếu là tệp cần gửi: mở tệp, lưu lại (Save As) với tên thường dùng; nếu không: xóa tệp",
        "A name that programs give to copies under way and to backups, for more than a day; it stays there.",
    ),
    "file-too-large": Message(
        "tệp lớn hơn 25 MB",
        "tệp không quá 25 MB",
        "Xóa hình ảnh, trang tính và định dạng thừa rồi lưu lại (Save As, .xlsx), hoặc tách thành nhiều tệp",
        "The file is larger than 25 MiB; it stays there and is not read.",
    ),
    "unreadable-file": Message(
        "hệ thống không được phép hoặc không thể đọc tệp này",
        "tệp mà mọi người dùng đọc được",
        "Chép lại tệp vào thư mục; nếu vẫn lỗi, liên hệ Trung tâm IOC kiểm tra quyền của thư mục",
        "The file cannot be opened or read (permissions, or a failing share); tried again at each pass.",
    ),
    "checksum-mismatch": Message(
        "nội dung tệp không khớp với tệp .sha256 đi kèm, có thể tệp bị chép dở hoặc hỏng",
        "tệp .sha256 được tạo từ đúng tệp này",
        "Chép lại cả tệp số liệu và tệp .sha256, hoặc xóa tệp .sha256 nếu không dùng",
        "The .sha256 beside the file names another content; the file stays until one of the two is corrected.",
    ),
}
