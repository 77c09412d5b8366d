"""What each problem code says to a department, in Vietnamese; docs/errors.md is generated from here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """`says` is what is wrong, `expected` what is needed, `fix` what to do; `english` is for docs/errors.md."""

    says: str
    expected: str
    fix: str
    english: str


MESSAGES: dict[str, Message] = {
    # ---------- the file
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
    # ---------- the workbook
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
    # ---------- CSV
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
    # ---------- the form
    "unknown-form": Message(
        "không nhận ra biểu mẫu nào của đơn vị trong tệp này",
        "tệp có tiêu đề của một biểu mà đơn vị phải báo cáo",
        "Giữ nguyên dòng tiêu đề biểu theo mẫu; có thể lấy lại mẫu trắng từ Trung tâm IOC",
        "No title of the department's forms stands in the workbook.",
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
    # ---------- cells
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
    "blank-cell": Message(
        "ô bắt buộc bị để trống",
        "một số; ghi 0 nếu không có, “-” nếu không phát sinh, “…” nếu chưa có số liệu",
        "Điền giá trị vào ô",
        "A required cell is blank.",
    ),
    # ---------- periods and units
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
    # ---------- answers of an API
    "page-too-large": Message(
        "câu trả lời của API quá lớn",
        "mỗi trang không quá 100 MB và 2.000.000 giá trị",
        "Giảm số bản ghi của mỗi trang",
        "An answer of more than 100 MiB or 2,000,000 values.",
    ),
    "json-encoding": Message(
        "câu trả lời của API không ở bảng mã UTF-8",
        "UTF-8, theo chuẩn JSON (RFC 8259)",
        "Đặt bảng mã UTF-8 cho câu trả lời của API",
        "The bytes of an answer are not UTF-8.",
    ),
    "bad-json": Message(
        "câu trả lời của API không phải là JSON hợp lệ",
        "JSON hợp lệ (RFC 8259)",
        "Kiểm tra API: câu trả lời có thể bị cắt cụt, hoặc là trang thông báo lỗi",
        "An answer that is no JSON, is cut off, nested too deeply, or says NaN or Infinity.",
    ),
    "repeated-field": Message(
        "một đối tượng JSON có hai trường cùng tên, không rõ giá trị nào đúng",
        "mỗi tên trường một lần",
        "Sửa API để mỗi trường chỉ ghi một lần",
        "One object gives a name twice.",
    ),
    "bad-text": Message(
        "chữ trong câu trả lời có ký tự rỗng (NUL) hoặc nửa cặp ký tự thay thế (surrogate)",
        "văn bản Unicode hợp lệ",
        "Sửa dữ liệu gốc của bản ghi này",
        "A text with NUL or a lone surrogate.",
    ),
    "missing-records": Message(
        "câu trả lời không có danh sách bản ghi ở vị trí đã thống nhất",
        "",
        "Kiểm tra API có đổi cấu trúc câu trả lời hay không; thay đổi phải được báo trước cho Trung tâm IOC",
        "The array of records is not where the contract says.",
    ),
    "bad-record": Message(
        "một phần tử của danh sách không phải là bản ghi",
        "một đối tượng JSON có các trường đã thống nhất",
        "Sửa API để mỗi phần tử là một bản ghi",
        "An element of the array is no object.",
    ),
    "unmatched-record": Message(
        "bản ghi không thuộc loại nào đã thống nhất",
        "",
        "Kiểm tra giá trị của trường phân loại; loại mới phải được báo trước cho Trung tâm IOC",
        "A record fulfils the `where` of no table.",
    ),
    "missing-field": Message(
        "bản ghi thiếu trường bắt buộc",
        "trường có trong mọi bản ghi; ghi null nếu được phép không có giá trị",
        "Bổ sung lại trường; thay đổi cấu trúc phải được báo trước cho Trung tâm IOC",
        "A field of the contract is not in a record; the first record is named.",
    ),
    "unknown-field": Message(
        "trường chưa được thống nhất, không được nạp",
        "",
        "Báo cho Trung tâm IOC ý nghĩa của trường mới",
        "A field that the contract neither reads nor ignores; told once.",
    ),
    "bad-field": Message(
        "không đọc được giá trị của trường theo kiểu dữ liệu đã thống nhất",
        "",
        "Sửa giá trị của trường trong bản ghi này",
        "A value is not of its column's type, such as a string in the place of a number.",
    ),
    "blank-field": Message(
        "trường bắt buộc không có giá trị (null hoặc chuỗi rỗng)",
        "một giá trị",
        "Bổ sung giá trị của trường trong bản ghi này",
        "Null where the contract allows none.",
    ),
    "duplicate-record": Message(
        "một trang có hai bản ghi cùng khóa nhưng nội dung khác nhau",
        "mỗi khóa một bản ghi",
        "Kiểm tra bản ghi nào đúng",
        "One page gives a key twice with different content.",
    ),
    "future-time": Message(
        "thời điểm cập nhật của bản ghi nằm trong tương lai",
        "không muộn hơn thời điểm API trả lời",
        "Kiểm tra đồng hồ của hệ thống và thời điểm của bản ghi",
        "The record was changed after the answer was given: the next run would miss what changes until then.",
    ),
    "wrong-total": Message(
        "số bản ghi nhận được không bằng tổng số mà API công bố",
        "",
        "Kiểm tra cách API đếm và chia trang",
        "The number of different records is not what the answers declare.",
    ),
    # ---------- checks and order
    "failed-check": Message(
        "giá trị không đạt quy tắc kiểm tra",
        "",
        "Kiểm tra lại số liệu gốc, sửa ô rồi gửi lại",
        "A Great Expectations check failed; its description says what must be true.",
    ),
    "two-versions": Message(
        "trong cùng một lượt gửi có hai tệp cùng biểu, cùng đơn vị, cùng kỳ nhưng số liệu khác nhau, "
        "nên chưa nạp tệp nào trong số đó",
        "Mỗi biểu của một đơn vị trong một kỳ chỉ gửi một tệp mỗi lượt",
        "Kiểm tra tệp nào là bản đúng, chỉ gửi lại tệp đó; không cần gửi lại tệp kia",
        "Two files of one scan hold the same form, unit and period with different bytes: neither is loaded.",
    ),
}


def as_markdown() -> str:
    """The page docs/errors.md: every code, what it says and what to do."""
    lines = [
        "# Why a file came back",
        "",
        "Generated from `domain/messages.py` by `python -m ioc_pipeline.domain.messages`; do not edit.",
        "",
        "| code | meaning | says to the department | expected | how to mend it |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{code}` | {message.english} | {message.says} | {message.expected} | {message.fix} |"
        for code, message in sorted(MESSAGES.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
