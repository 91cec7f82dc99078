"""A real PostgreSQL for tests, started from the programs of the distribution's package."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PASSWORD = "Geh/eim: 5%@Wort"
ESCAPED = "Geh%2Feim%3A%205%25%40Wort"


@dataclass(frozen=True)
class Server:
    port: int

    def url(self, *, user="reader", password=ESCAPED, database="shop"):
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database="shop"):
        place = {"host": "127.0.0.1", "port": self.port, "dbname": database}
        return psycopg.connect(user="owner", password=PASSWORD, autocommit=True, **place)


def find_programs():
    """Folder that holds both initdb and postgres, or None."""
    found = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
    folders = [Path(program).resolve().parent for program in found if program]
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def unprivileged():
    """How to start a program as somebody else when we are root, whom PostgreSQL refuses to serve."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return None


def absent(reason):
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and on CI these tests must run")
    pytest.skip(reason)


@contextmanager
def postgresql():
    """A server with an empty database called shop; skips, or fails on CI, where there is none to start."""
    programs = find_programs()
    if programs is None:
        absent("PostgreSQL is not installed: no initdb in PATH or /usr/lib/postgresql")
    identity = unprivileged()
    if identity is None:
        absent("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    folder = Path(tempfile.mkdtemp(prefix="crm_ai_pg_"))
    try:
        (folder / "password").write_text(PASSWORD)
        if identity:
            for path in (folder, folder / "password"):
                os.chown(path, identity["user"], identity["group"])
        yield from running(programs, folder, identity)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def running(programs, folder, identity):
    data, log = folder / "data", folder / "log"
    settings = {"cwd": folder, "env": {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C"}, **identity}
    make = [programs / "initdb", "-D", data, "-U", "owner", "--pwfile", folder / "password", "-A", "scram-sha-256"]
    made = subprocess.run([*make, "-E", "UTF8", "--locale=C", "--no-sync"], capture_output=True, text=True, **settings)
    assert made.returncode == 0, made.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listen = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    calm = ["-c", "fsync=off", "-c", "timezone=Asia/Shanghai", "-c", "max_connections=20"]
    with log.open("wb") as output:
        command = [programs / "postgres", "-D", data, *listen, *calm]
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **settings)
        try:
            server = Server(port)
            wait_for(server, process, log)
            with server.connect("postgres") as connection:
                connection.execute("CREATE DATABASE shop")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # as PostgreSQL calls a fast shutdown
            process.wait(timeout=30)


def wait_for(server, process, log):
    deadline = time.monotonic() + 30
    while True:
        try:
            server.connect("postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
            time.sleep(0.05)
