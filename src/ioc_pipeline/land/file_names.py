"""What a file's name says: that somebody meant to send it, or that a program keeps it for itself for now.

Programs put a file in its place under another name first, and leave copies behind. There are too many of them to list:
a name is taken for a sender's if it ends as the files do that people send, or at least in a way that no program's name
does. What is left alone here is answered when it has lain for a day (`admission`), so nothing is lost in silence.
"""

import re
import unicodedata

# Whether we can read them or not: who sends a PDF hears what to send instead.
_SENT = (
    "xlsx|xls|ods|csv|tsv|txt|xlsm|xlsb|xltx|xltm|xlt|ots|fods|et|numbers|xml|htm|html|mht|mhtml|json|"
    "pdf|doc|docx|docm|rtf|odt|wps|ppt|pptx|eml|msg|zip|rar|7z|gz|tar|png|jpg|jpeg|gif|bmp|tif|tiff|heic|p7m|p7s|sig|lnk"
)
_SENT_ENDING = re.compile(_SENT)
_SENT_INSIDE = re.compile(rf"\.(?:{_SENT})(?![a-z0-9 ])")

_PROGRAMS_ENDING = re.compile(
    r".*(?:te?mp|part|(?:down|up)load|back?up|progress|(?:in|un)(?:complete|finished)|lock|copying|swap).*"
    r"|ba?k|bck|old|orig|save?|sw[pox]|lck|xlk|wbk|asd|aria2|xltd|td|dwl|db|ini|.*[^\w() -].*"
)
_PROGRAMS_INNER_ENDING = re.compile(r"\.(?:te?mp|(?:file)?part|partial|crdownload|bak|backup)(?=\.)")

_HEXADECIMAL = re.compile(r"[0-9a-f]{6,}")  # Office saves as eight of these first, other programs as more
_DATE = re.compile(r"(?:19|20)\d\d(?:(?:0\d|1[0-2])(?:[0-2]\d|3[01])?)?|(?:[0-2]\d|3[01])?(?:0\d|1[0-2])(?:19|20)\d\d")
_FEW_DIGITS = re.compile(r"\d{1,5}")  # vim tries a folder with 4913
_RANDOM = re.compile(r"(?:te?mp|sed|lu)(?=\w*\d)\w{6,}|te?mp")  # mkstemp(3) and its likes

_OF_WINDOWS = ("thumbs.db", "ehthumbs.db", "desktop.ini")
_OUR_ANSWER = re.compile(r"(?:\d{6,}_(?:tiep-nhan|tra-lai|khong-co-bieu|rut-lai)|khong-nhan)_.*\.txt")


def is_nobodys(name: str) -> bool:
    """Whether no person ever sends it: hidden, what shows that a workbook is open, what Windows keeps, our answers."""
    name = _seen(name)
    return name.startswith((".", "~$")) or name in _OF_WINDOWS or _OUR_ANSWER.fullmatch(name) is not None


def is_sent(name: str) -> bool:
    """Whether a department may have meant to send a file of this name; else a program keeps it for itself, for now."""
    if is_nobodys(name):
        return False
    name = _seen(name)
    if name.startswith(("~", "#")) or name.endswith(("~", "#")):
        return False
    stem, _, ending = name.rpartition(".")
    if not stem:
        return not _is_a_programs(name)
    if _SENT_ENDING.fullmatch(ending):
        return _PROGRAMS_INNER_ENDING.search(name) is None
    # A known ending that goes on, `a.xlsx.filepart` or `a.xlsx_1`, is a copy under way or a backup of that file.
    is_of_another = _SENT_INSIDE.search(name) is not None
    return not (is_of_another or _PROGRAMS_ENDING.fullmatch(ending) or _is_a_programs(stem))


def _seen(name: str) -> str:
    """The name as a person reads it: blanks, dots and invisible signs at its end are a slip, not an ending."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return seen.casefold().rstrip().rstrip(".") or name


def _is_a_programs(stem: str) -> bool:
    """Names that no person gives."""
    if _DATE.fullmatch(stem):
        return False
    return any(form.fullmatch(stem) for form in (_HEXADECIMAL, _FEW_DIGITS, _RANDOM))
