"""Something else has a name of ours: what it hinders is told with its place, and everything else goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from installed import Home
from ioc_pipeline.cli.main import main
from ioc_pipeline.settings import from_environment


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(from_environment({"IOC_HOME": str(tmp_path_factory.mktemp("taken") / "home")}))
    home.take(1)
    return home


@pytest.fixture
def home(taken: Home, tmp_path: Path) -> Home:
    return taken.copied_to(tmp_path / "home")


def a_file(name: str) -> Callable[[Path], Path]:
    def put(home: Path) -> Path:
        if (home / name).is_dir():
            (home / name).rename(home / "aside")
        (home / name).write_bytes(b"x")
        return home / name

    return put


def a_folder(name: str) -> Callable[[Path], Path]:
    def put(home: Path) -> Path:
        (home / name).unlink(missing_ok=True)
        (home / name).mkdir()
        return home / name

    return put


@pytest.mark.parametrize(
    "put", [a_file("inbox"), a_folder("landing/.lock"), a_folder("landing/installation.json"), a_file("preparing")]
)
def test_what_hinders_everything_is_named_without_a_traceback(
    home: Home, put: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home.land(2)
    path = put(home.settings.home)
    monkeypatch.setenv("IOC_HOME", str(home.settings.home))
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert str(path) in said
    assert "move away what stands in the way" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["run", "where"])
def test_a_home_that_is_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("IOC_HOME", str(tmp_path / "home"))
    (tmp_path / "home").write_bytes(b"x")
    assert main([command]) == 2
    assert str(tmp_path / "home") in capsys.readouterr().err


def test_names_that_mean_nothing_to_us_are_passed_over(home: Home) -> None:
    home.land(2)
    given = home.settings
    for name in ("preparing/theirs", "prepared/theirs", "prepared/99", "landing/incoming/theirs", "landing/zz"):
        (given.home / name).mkdir(parents=True, exist_ok=True)
    (given.home / "deaths").mkdir()
    for name in ("deaths/readme.txt", "prepared/2", "landing/note.txt", "landing/zz/a.7.json"):
        (given.home / name).write_bytes(b"x")
    (given.landing / "installation.json").unlink()
    home.take(3)
    assert home.markers() == [(1, 1), (2, 2), (3, 3)]
