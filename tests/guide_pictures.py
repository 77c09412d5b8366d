"""The pictures of docs/huong-dan-don-vi.md: a template, a returned workbook with its marks, a receipt, the register.

`make pictures` makes them from the real thing with LibreOffice and pdftoppm: a template is filled in with some cells
wrong, dropped, answered, mended and dropped again.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from e2e.conftest import REPOSITORY, Installation
from filled_templates import filled
from ioc_pipeline.answer.marked.package import Package
from xlsx_cells import put

FOLDER = REPOSITORY / "docs" / "pictures"
FORM = "it_workforce"
TOOLS = {"soffice": "libreoffice-calc", "pdftoppm": "poppler-utils"}
WRONG = {"C12": "mười hai", "E19": "1.2.3", "D27": 99999}
RESOLUTION = 100  # dots per inch


def make(folder: Path = FOLDER) -> list[Path]:
    """Make all pictures; give their paths."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        form = filled(FORM)
        made = Installation(work / "home", REPOSITORY)
        right = {cell: form.cells["Biểu 1", cell] for cell in WRONG}
        sent = put(form.content, {("Biểu 1", cell): value for cell, value in WRONG.items()})
        made.drop(form.unit_code, "nhan-luc-so_quy-4.xlsx", sent)
        made.load()
        answers = made.home / "inbox" / form.unit_code / "phan-hoi"
        (marked,) = answers.glob("*_da-danh-dau_*")
        mended = put(marked.read_bytes(), {("Biểu 1", cell): value for cell, value in right.items()})
        marked = Path(shutil.copyfile(marked, work / "danh-dau.xlsx"))
        made.drop(form.unit_code, "nhan-luc-so_quy-4 (đã sửa).xlsx", mended)
        made.load()
        (receipt,) = answers.glob("*_bien-nhan_*")
        blank = work / "mau.xlsx"
        made.ioc("template", FORM, f"{form.period.end.year}-Q4", "--output", str(blank))
        return [
            _picture(blank, work, folder / "mau-bieu.png", height=560),
            _picture(marked, work, folder / "tra-lai-tom-tat.png", height=270),
            _picture(_with_comments_seen(marked, work), work, folder / "tra-lai-o-sai.png", page=2, height=760),
            _picture(receipt, work, folder / "bien-nhan.png", height=400),
            _picture(answers / "so-nhan.xlsx", work, folder / "so-nhan.png", height=180),
        ]


def _with_comments_seen(path: Path, work: Path) -> Path:
    """The workbook with its comments open and printed where they stand, as they are seen with the mouse on a cell."""
    package = Package.read(path.read_bytes())
    for name, content in package.parts.items():
        if name.endswith(".vml"):
            package.parts[name] = content.replace(b"visibility:hidden", b"visibility:visible").replace(
                b"<x:MoveWithCells/>", b"<x:Visible/><x:MoveWithCells/>"
            )
        elif name.startswith("xl/worksheets/sheet"):
            setup = content.find(b"<pageSetup ")
            if setup >= 0:
                package.parts[name] = content[:setup] + content[setup:].replace(
                    b"<pageSetup ", b'<pageSetup cellComments="asDisplayed" ', 1
                )
    shown = work / f"{path.stem}-ghi-chu.xlsx"
    shown.write_bytes(package.write())
    return shown


def _picture(path: Path, work: Path, picture: Path, *, height: int, page: int = 1) -> Path:
    """One page as LibreOffice prints it, its upper part of so many pixels."""
    profile = f"-env:UserInstallation=file://{work / 'profile'}"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(work), str(path))
    pdf = work / f"{path.stem}.pdf"
    part = ("-x", "0", "-y", "0", "-W", "1170", "-H", str(height))
    numbers = ("-f", str(page), "-l", str(page), "-singlefile", "-r", str(RESOLUTION), *part)
    _run("pdftoppm", "-png", *numbers, str(pdf), str(picture.with_suffix("")))
    return picture


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr.strip()[-300:]}")


def missing_tools() -> list[str]:
    """What this machine lacks, each as it is installed on Debian."""
    return [f"{tool} (apt-get install {package})" for tool, package in TOOLS.items() if not shutil.which(tool)]


if __name__ == "__main__":
    if lacking := missing_tools():
        sys.exit(f"The pictures of docs/huong-dan-don-vi.md need {' and '.join(lacking)}")
    for path in make():
        print(path.relative_to(REPOSITORY), path.stat().st_size)
