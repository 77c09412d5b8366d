"""Where the stores do not belong together, a page says so and what heals it; no traceback, no page of half a truth."""

from pathlib import Path

from desk_site import clients, settings_of
from ioc_pipeline.flows import inbox


def test_a_page_names_the_lost_ledger_and_what_heals_it(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    folder = settings.inbox / "so-khcn"
    folder.mkdir(parents=True)
    (folder / "a.xlsx").write_bytes(b"PK")
    inbox.land_inbox(settings)
    (settings.home / "ledger.db").unlink()
    answer = clients(settings)("leader").get("/deliveries")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "15")
    assert "ioc ledger restore" in answer.text
