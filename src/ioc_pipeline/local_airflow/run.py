"""What `make run`, `make demo` and `make clean` do. Airflow is only ever a child process here, and never imported."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.local_airflow.api import RefusedError
from ioc_pipeline.local_airflow.installation import Installation, WaitError
from ioc_pipeline.local_airflow.lock import only_run
from ioc_pipeline.local_airflow.processes import (
    ComponentError,
    Stopped,
    answer_signals,
    ignore_signals,
    stop_everything,
)
from ioc_pipeline.local_airflow.screen import Screen
from ioc_pipeline.locks import run_lock
from ioc_pipeline.settings import Settings

MONTHS_TO_SHOW, MONTHS_OF_DEMO = 15, 2  # of sample forms: the year before and five quarters; the newest two


def run(given: Settings, environment: Mapping[str, str]) -> int:
    """Serve until a signal comes, also where something of the samples failed: the others' files are still to be served.

    Raises:
        UserError: another run holds this IOC_HOME, or IOC_WEB_PORT cannot be used.
    """
    screen = Screen()
    is_serving = False
    with only_run(given) as components_lock, _everything_stopped(screen):
        try:
            installation = Installation(given, environment, components_lock, screen, months=MONTHS_TO_SHOW)
            installation.start()
            installation.keep_alive()
            is_serving = True
            try:
                installation.wait_until_published()
                screen.show_marts(given)
            except WaitError as error:
                print(f"\n{error}", file=sys.stderr)
            screen.show_places(given)
            screen.show_login(given, installation.port, installation.keys)
            if installation.serving:
                screen.show_serving(installation.serving)
            installation.serve()
        except Stopped:
            return 0 if is_serving else 130
        except (ComponentError, RefusedError, WaitError) as error:
            print(f"\n{error}", file=sys.stderr)
    return 2


def demo(given: Settings, environment: Mapping[str, str]) -> int:
    """End when the marts are published and shown.

    Raises:
        UserError: another run holds this IOC_HOME, or IOC_WEB_PORT cannot be used.
    """
    screen = Screen()
    with only_run(given) as components_lock, _everything_stopped(screen):
        try:
            installation = Installation(given, environment, components_lock, screen, months=MONTHS_OF_DEMO)
            installation.start()
            installation.wait_until_published()
            screen.show_marts(given)
            screen.show_places(given)
            screen.show_how_to_go_on()
            return 0
        except Stopped:
            return 130
        except (ComponentError, RefusedError, WaitError) as error:
            print(f"\n{error}", file=sys.stderr)
            return 2


def clean(given: Settings) -> int:
    """Forget all state of this IOC_HOME.

    Raises:
        UserError: it is running, or the folder is not one of ours.
    """
    if not given.home.exists():
        return 0
    if given.home != given.project / "var" and not run_lock(given.home).exists():
        raise UserError(f"{given.home}: không phải thư mục của hệ thống này · not made by make run, nothing removed")
    with only_run(given):
        shutil.rmtree(given.home)
    return 0


@contextmanager
def _everything_stopped(screen: Screen) -> Iterator[None]:
    """Signals raise `Stopped` inside; at the end, whatever it was, no process of ours is left."""
    answer_signals()
    try:
        yield
    finally:
        ignore_signals()
        screen.say("Đang dừng · stopping")
        stop_everything()
        screen.say("Đã dừng · stopped")
