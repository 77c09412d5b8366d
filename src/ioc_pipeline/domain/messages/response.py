"""What can be wrong with a response of an API."""

from ioc_pipeline.domain.messages.message import Message

RESPONSE: dict[str, Message] = {
    "page-too-large": Message(
        "câu trả lời của API quá lớn",
        "mỗi trang không quá 100 MB và 2.000.000 giá trị",
        "Giảm số bản ghi của mỗi trang",
        "A response of more than 100 MiB or 2,000,000 values.",
    ),
    "json-encoding": Message(
        "câu trả lời của API không ở bảng mã UTF-8",
        "UTF-8, theo chuẩn JSON (RFC 8259)",
        "Đặt bảng mã UTF-8 cho câu trả lời của API",
        "The bytes of a response are not UTF-8.",
    ),
    "bad-json": Message(
        "câu trả lời của API không phải là JSON hợp lệ",
        "JSON hợp lệ (RFC 8259)",
        "Kiểm tra API: câu trả lời có thể bị cắt cụt, hoặc là trang thông báo lỗi",
        "A response that is no JSON, is cut off, nested too deeply, or says NaN or Infinity.",
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
        "The record was changed after the response was given: the next run would miss what changes until then.",
    ),
    "unfinished-list": Message(
        "không rõ danh sách đã hết hay chưa: trang cuối không nói hết theo cách đã thống nhất",
        "",
        "Sửa API để trang cuối nói rõ là hết; thay đổi cách chia trang phải được báo trước cho Trung tâm IOC",
        "The last page does not say in the contract's way that no page follows, or another field says that one does.",
    ),
    "nothing-unproven": Message(
        "danh sách rỗng, mà API này không báo “không phát sinh” bằng danh sách rỗng",
        "có bản ghi, hoặc cách nói “không có” đã thống nhất",
        "Kiểm tra vì sao API không trả về bản ghi nào",
        "A list without records, which the contract's `nothing` does not take for a report that nothing occurred.",
    ),
    "repeated-across-pages": Message(
        "một bản ghi có ở hai trang của cùng danh sách; bản ghi khác có thể đã bị bỏ sót",
        "mỗi bản ghi ở một trang",
        "Sắp xếp danh sách theo một thứ tự cố định khi chia trang, hoặc cho API ghi tổng số bản ghi",
        "Two pages of one list hold the same record, and no total tells that no other was missed for it.",
    ),
    "wrong-total": Message(
        "số bản ghi nhận được không bằng tổng số mà API công bố",
        "",
        "Kiểm tra cách API đếm và chia trang",
        "The number of different records is not what the responses declare.",
    ),
}
