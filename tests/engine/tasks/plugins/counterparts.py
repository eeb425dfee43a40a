"""Starts PostgreSQL, MariaDB and Redis in folders of their own, on ports of their own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


class CounterpartMissingError(Exception):
    """A server that is not installed here."""


@dataclass
class Counterpart:
    url: str
    process: subprocess.Popen

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name, *folders):
    found = shutil.which(name) or next((str(path) for pattern in folders for path in Path("/").glob(pattern)), None)
    if found is None:
        raise CounterpartMissingError(f"{name} is not installed")
    return found


def _user(folder, name):
    """The user to run as: databases refuse to be run by root."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise CounterpartMissingError(f"there is no user {name}") from error
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def _run(command, folder, who):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120, **who)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def _await_port(port, process, log):
    for _ in range(600):
        assert process.poll() is None, log.read_text(errors="replace")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no answer on {port}: {log.read_text(errors='replace')}")


def _serve(command, folder, port, who):
    log = folder / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=subprocess.STDOUT, **who)
    _await_port(port, process, log)
    return process


def postgresql(folder):
    initdb = program("initdb", "usr/lib/postgresql/*/bin/initdb")
    server = program("postgres", "usr/lib/postgresql/*/bin/postgres")
    who, port, data = _user(folder, "postgres"), free_port(), folder / "data"
    _run([initdb, "-D", data, "-U", "kestra", "-A", "trust", "-E", "UTF8", "--no-sync"], folder, who)
    options = ["-c", f"unix_socket_directories={folder}", "-c", "fsync=off", "-h", "127.0.0.1"]
    process = _serve([server, "-D", data, "-p", str(port), *options], folder, port, who)
    return Counterpart(f"jdbc:postgresql://127.0.0.1:{port}/postgres", process)


def mariadb(folder):
    install = program("mariadb-install-db", "usr/bin/mysql_install_db")
    server = program("mariadbd", "usr/sbin/mariadbd", "usr/sbin/mysqld")
    client = program("mariadb", "usr/bin/mysql")
    who, port, data = _user(folder, "mysql"), free_port(), folder / "data"
    _run([install, f"--datadir={data}", "--auth-root-authentication-method=normal", "--no-defaults"], folder, who)
    sock = folder / "s"
    command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}", f"--socket={sock}"]
    command += ["--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", "--local-infile=1"]
    process = _serve(command, folder, port, who)
    made = "CREATE DATABASE kestra;" + "".join(
        f"CREATE USER 'kestra'@'{place}' IDENTIFIED BY 'k3str4'; GRANT ALL ON *.* TO 'kestra'@'{place}';"
        for place in ("localhost", "127.0.0.1", "%")
    )
    _run([client, "--no-defaults", f"--socket={sock}", "-u", "root", "-e", made], folder, {})
    return Counterpart(f"jdbc:mysql://127.0.0.1:{port}/kestra", process)


def redis(folder):
    server = program("redis-server")
    port = free_port()
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Counterpart(f"redis://127.0.0.1:{port}/0", _serve(command, folder, port, {}))
