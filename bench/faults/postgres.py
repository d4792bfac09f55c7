"""A private PostgreSQL cluster on a free port, run by an unprivileged user: the server refuses to be root's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from itertools import count
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, text

VERSIONS = Path("/usr/lib/postgresql")


def found() -> list[Path]:
    """Debian's initdb, of the oldest version first; nothing where PostgreSQL is not installed."""
    return sorted(VERSIONS.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))


def programs() -> Path:
    """Where initdb and pg_ctl are; the newest version. Fails where there are none."""
    assert found(), "PostgreSQL is not installed: make databases"
    return found()[-1].parent


class Cluster:
    """One server; `stop` is a crash (immediate), `start` recovers from it."""

    def __init__(self, folder: Path) -> None:
        self._bin, self.data, self._folder = programs(), folder / "data", folder
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._names = count(1)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "shuren", "--no-sync", "-E", "UTF8")
        self.start()

    def url(self, schema: str = "public") -> str:
        options = quote(f"-csearch_path={schema}")
        return f"postgresql://shuren@127.0.0.1:{self.port}/postgres?options={options}"

    def fresh(self) -> str:
        """URL of a new, empty schema, which is to its users what a database is, and much sooner made."""
        name = f"t{next(self._names)}"
        engine = create_engine(self.url().replace("postgresql", "postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        engine.dispose()
        return self.url(name)

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=16MB"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        done = subprocess.run(command, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")
