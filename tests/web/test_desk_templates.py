"""The template that a clerk downloads: of a form and a period of the clerk's own unit, and of no other."""

from pathlib import Path

from desk_site import clients, settings_of
from excel_rules import checks_of
from xlsx_cells import read_content


def test_a_unit_downloads_the_form_of_a_period_that_it_owes(tmp_path: Path) -> None:
    site = clients(settings_of(tmp_path))
    answer = site("an").get("/desk/so-khcn/template/telecom_coverage/2025-12-14")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="telecom_coverage_2025-12-14.xlsx"'
    (sheet,) = read_content(answer.content).sheets
    texts = [str(value) for row in sheet.rows for value in row if value is not None]
    assert "Quý IV/2025 (Từ ngày 15/9/2025 đến ngày 14/12/2025)" in texts
    assert checks_of(answer.content)
    for address, status in (
        ("/desk/thue-tinh/template/tax_online/2025-12-31", 403),
        ("/desk/so-khcn/template/tax_online/2025-12-31", 404),
        ("/desk/so-khcn/template/no_such_form/2025-12-31", 404),
        ("/desk/so-khcn/template/telecom_coverage/hom-qua", 422),
    ):
        assert (address, site("an").get(address).status_code) == (address, status)
