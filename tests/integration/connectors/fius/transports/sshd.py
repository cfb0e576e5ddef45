"""A real OpenSSH server of the test's own: on a free port of 127.0.0.1, as an ordinary user, with keys and folders of its own.

sshd wants to be started by its absolute path and, where root starts it, a user of its own and /run/sshd. Neither is needed by one
that runs as an ordinary user and lets in only that one, so under root it runs as `daemon`. A sshd that was only unpacked, as
.ci/run does it, brings the libraries that are missing in a folder `lib` beside it.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

HELPERS = {"sshd-session": "SshdSessionPath", "sshd-auth": "SshdAuthPath"}  # OpenSSH 9.8 and 10.0 split them off
READY_S = 10


def find_sshd() -> str | None:
    """Path of sshd, None where there is none."""
    tools = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "strgw" / "tools"
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin:{tools}")


class Sshd:
    """One server; start() it, end() it. `outbox` and `inbox` are its two folders."""

    def __init__(self, program: str) -> None:
        # Directly under the system's temporary folder: the user it runs as must be let in there.
        self.folder = Path(tempfile.mkdtemp(prefix="strgw-sshd-"))
        self.user = "daemon" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.outbox, self.inbox = self.folder / "out", self.folder / "in"
        for path in (self.outbox, self.inbox):
            path.mkdir()
        self.host_key = self._new_key("host")
        self.key_file = self.folder / "client"
        (self.folder / "authorized").write_text(self._new_key("client") + "\n")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._program = self._copied(Path(program))
        self._write_config()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it listens."""
        account = pwd.getpwnam(self.user)
        as_whom = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        environ = {"PATH": os.environ.get("PATH", ""), "LD_LIBRARY_PATH": str(self.folder / "lib")}
        command = [str(self._program), "-D", "-e", "-f", str(self.folder / "config")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **as_whom)  # type: ignore[call-overload]
        deadline = time.monotonic() + READY_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def cut(self) -> int:
        """kill -9 for every process that serves a connection; how many there were."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(children)

    def stop(self) -> None:
        """Ends it and its connections."""
        if self._process is not None:
            self.cut()
            self._process.kill()
            self._process.wait()
            self._process = None

    def end(self) -> None:
        """Stops it and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]

    def _new_key(self, name: str) -> str:
        """Makes a key pair; the public key as one line."""
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with os.fdopen(os.open(self.folder / name, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(private)
        return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    def _copied(self, program: Path) -> Path:
        """Where root's own folders are closed to the user it runs as, it runs from a copy."""
        for name in ("sshd", *HELPERS):
            if (program.parent / name).exists():
                shutil.copy2(program.parent / name, self.folder / name)
        (self.folder / "lib").mkdir()
        for library in (program.parent / "lib").glob("*.so*") if (program.parent / "lib").is_dir() else ():
            shutil.copy2(library, self.folder / "lib" / library.name)
        return self.folder / "sshd"

    def _write_config(self) -> None:
        lines = [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.folder / 'host'}",
            f"AuthorizedKeysFile {self.folder / 'authorized'}",
            "PidFile none",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "MaxStartups 100",
            "Subsystem sftp internal-sftp",
            "ForceCommand internal-sftp",
        ]
        lines += [f"{option} {self.folder / name}" for name, option in HELPERS.items() if (self.folder / name).exists()]
        (self.folder / "config").write_text("\n".join(lines) + "\n")
        if os.geteuid() == 0:
            account = pwd.getpwnam(self.user)
            for path in (self.folder, *self.folder.rglob("*")):
                if path.name != "client":
                    os.chown(path, account.pw_uid, account.pw_gid)


def _children(pid: int) -> list[int]:
    """Pids of the processes that `pid` started, and theirs."""
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = [(int(child), int(parent)) for child, parent in (line.split() for line in done.stdout.splitlines())]
    found = [child for child, parent in parents if parent == pid]
    return [*found, *(grandchild for child in found for grandchild in _children(child))]
