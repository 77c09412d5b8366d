"""What can be wrong with values that were read well, and with deliveries beside one another."""

from ioc_pipeline.domain.messages.message import Message

DELIVERY: dict[str, Message] = {
    "failed-check": Message(
        "giá trị không đạt quy tắc kiểm tra",
        "",
        "Kiểm tra lại số liệu gốc, sửa ô rồi gửi lại",
        "A Great Expectations check failed; its description says what must be true.",
    ),
    "two-versions": Message(
        "trong cùng một lượt gửi có hai tệp cùng biểu, cùng đơn vị, cùng kỳ mà nội dung không giống "
        "hệt nhau (kể cả khi số liệu bằng nhau), nên chưa nạp tệp nào trong số đó",
        "Mỗi biểu của một đơn vị trong một kỳ chỉ gửi một tệp mỗi lượt",
        "Kiểm tra tệp nào là bản đúng, chỉ gửi lại tệp đó; không cần gửi lại tệp kia",
        "Two files of one scan hold the same form, unit and period with different bytes: neither is loaded.",
    ),
}
