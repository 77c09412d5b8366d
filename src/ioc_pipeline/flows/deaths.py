"""Deliveries whose preparing killed its process, by memory or from outside: after two deaths each is tried apart.

A fault that ends the process leaves nobody to say which delivery it was. Tried with the others again and again it would
keep them all from being loaded.
"""

from collections.abc import Collection

from ioc_pipeline.settings import Settings

_DEATHS = 2


def note_deaths(settings: Settings, delivery_seqs: Collection[int]) -> None:
    """Count one more for each that a process held when it died."""
    folder = settings.home / "deaths"
    for delivery_seq in delivery_seqs:
        folder.mkdir(exist_ok=True)
        with (folder / str(delivery_seq)).open("ab") as note:
            note.write(b"x")


def died_often(settings: Settings, delivery_seqs: Collection[int]) -> set[int]:
    """Those among these that are to be tried apart."""
    folder = settings.home / "deaths"
    if not folder.is_dir():
        return set()
    noted = {int(path.name): path.stat().st_size for path in folder.iterdir() if path.name.isdecimal()}
    return {seq for seq in delivery_seqs if noted.get(seq, 0) >= _DEATHS}


def forget_deaths(settings: Settings, delivery_seqs: Collection[int]) -> None:
    """They are prepared, or their failure is known."""
    for delivery_seq in delivery_seqs:
        (settings.home / "deaths" / str(delivery_seq)).unlink(missing_ok=True)
