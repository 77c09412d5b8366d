"""Every message by the code of its problem."""

from ioc_pipeline.domain.messages.cell import CELL
from ioc_pipeline.domain.messages.delimited import DELIMITED
from ioc_pipeline.domain.messages.delivery import DELIVERY
from ioc_pipeline.domain.messages.file import FILE
from ioc_pipeline.domain.messages.form import FORM
from ioc_pipeline.domain.messages.message import Message
from ioc_pipeline.domain.messages.response import RESPONSE
from ioc_pipeline.domain.messages.workbook import WORKBOOK

MESSAGES: dict[str, Message] = {**FILE, **WORKBOOK, **DELIMITED, **FORM, **CELL, **RESPONSE, **DELIVERY}
