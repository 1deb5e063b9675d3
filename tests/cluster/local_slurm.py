"""A real Slurm on this machine: munged, slurmctld and slurmd (and slurmdbd with MariaDB) on loopback, one node.

    python tests/cluster/local_slurm.py FOLDER [--accounting] [--no-gpu]     runs until Ctrl-C

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; for accounting also slurmdbd and mariadb-server. All
files lie below the folder, but for a link at /etc/slurm/slurm.conf: the executor plugin takes every SLURM_* variable
out of a job's environment, SLURM_CONF too, so that srun inside a job finds no other place. A slurm.conf of the
machine's own is never replaced.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

SYSTEM_CONF = Path("/etc/slurm/slurm.conf")
DAEMONS = ("munged", "slurmctld", "slurmd")
ACCOUNTING_DAEMONS = ("mariadbd", "slurmdbd")

SLURM_CONF = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={port}
SlurmdPort={slurmd_port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# The node may have more cores and memory than the machine.
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=2
ReturnToService=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
{accounting}
{gres_types}
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} {gres} State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES MaxTime=7-00:00:00 State=UP
PartitionName=gpu Nodes={host} MaxTime=7-00:00:00 State=UP
"""

ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={dbd_port}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations
JobAcctGatherType=jobacct_gather/linux"""

NO_ACCOUNTING = "AccountingStorageType=accounting_storage/none\nJobAcctGatherType=jobacct_gather/none"

DBD_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={dbd_port}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageLoc=slurm_acct_db
StorageUser=root
"""


def missing(accounting: bool) -> list[str]:
    """What this machine lacks for a Slurm of its own."""
    daemons = DAEMONS + (ACCOUNTING_DAEMONS if accounting else ())
    lacks = [name for name in daemons if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    return lacks if os.geteuid() == 0 else [*lacks, "root"]


class LocalSlurm:
    """One node with the partitions cpu and gpu; a context manager that ends just what it started."""

    def __init__(
        self,
        folder: Path,
        *,
        accounting: bool = False,
        gpu: bool = True,
        cpus: int = 4,
        memory: int = 64_000,
        port: int = 27817,
    ) -> None:
        self.folder = folder.resolve()
        self.accounting = accounting
        self.gpu = gpu
        #: Ports of slurmctld, slurmd and slurmdbd.
        self.ports = (port, port + 1, port + 2)
        self._size = {"cpus": cpus, "memory": memory}
        self._daemons = ExitStack()

    def __enter__(self) -> LocalSlurm:
        if SYSTEM_CONF.exists() and not SYSTEM_CONF.is_symlink():
            raise RuntimeError(f"{SYSTEM_CONF} is there: this machine has a Slurm of its own")
        for name in ("state", "spool", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with ExitStack() as started:
            self._daemons = started
            self._write_configuration()
            self._start_munge()
            if self.accounting:
                self._start_accounting()
            self._start("slurmctld", "-D", "-c", "-f", str(self.folder / "slurm.conf"))
            self._start("slurmd", "-D", "-c", "-f", str(self.folder / "slurm.conf"))
            self._wait(lambda: self.says("sinfo", "--noheader", "--partition=cpu", "--format=%t").strip() == "idle")
            self._daemons = started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["scancel", "--user=root"], check=False, capture_output=True)
        self._daemons.close()

    def says(self, *command: str) -> str:
        """Output of a command of Slurm; empty where it fails."""
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout

    def _write_configuration(self) -> None:
        host = socket.gethostname().split(".")[0]
        values = {"folder": self.folder, "dbd_port": self.ports[2]}
        accounting = (ACCOUNTING if self.accounting else NO_ACCOUNTING).format(**values)
        names = {"host": host, "port": self.ports[0], "slurmd_port": self.ports[1], "accounting": accounting}
        gres = {"gres": "Gres=gpu:1" if self.gpu else "", "gres_types": "GresTypes=gpu" if self.gpu else ""}
        conf = self.folder / "slurm.conf"
        conf.write_text(SLURM_CONF.format(**values, **names, **gres, **self._size), encoding="utf-8")
        # Any file stands for the device of a GPU where no cgroup fences devices off: jobs find none and use the CPU.
        (self.folder / "gpu0").touch()
        line = f"NodeName={host} Name=gpu File={self.folder}/gpu0\n" if self.gpu else ""
        (self.folder / "gres.conf").write_text(line, encoding="utf-8")
        SYSTEM_CONF.parent.mkdir(exist_ok=True)
        SYSTEM_CONF.unlink(missing_ok=True)
        SYSTEM_CONF.symlink_to(conf)
        self._daemons.callback(self._unlink_configuration)

    def _unlink_configuration(self) -> None:
        if SYSTEM_CONF.is_symlink() and SYSTEM_CONF.readlink() == self.folder / "slurm.conf":
            SYSTEM_CONF.unlink()

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid", "seed-file": "munge.seed"}
        # munged refuses folders that others may write to, such as /tmp, and a log that others may read, unless forced.
        self._start(
            "munged", "--foreground", "--force", *(f"--{key}={self.folder / name}" for key, name in files.items())
        )
        self._wait((self.folder / "munge.socket").exists)

    def _start_accounting(self) -> None:
        data, mysql = self.folder / "mysql", self.folder / "mysql.socket"
        if not data.exists():
            install = ["mariadb-install-db", "--no-defaults", "--user=root", f"--datadir={data}"]
            subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        options = [f"--datadir={data}", f"--socket={mysql}", "--skip-networking", "--innodb-buffer-pool-size=64M"]
        self._start("mariadbd", "--no-defaults", "--user=root", *options)
        client = ["mariadb", "--no-defaults", f"--socket={mysql}", "--user=root", "--execute=select 1"]
        self._wait(lambda: bool(self.says(*client)))
        conf = self.folder / "slurmdbd.conf"
        conf.write_text(DBD_CONF.format(folder=self.folder, dbd_port=self.ports[2]), encoding="utf-8")
        conf.chmod(0o600)
        # slurmdbd looks for its configuration beside that of Slurm, and for a database on localhost at this socket.
        paths = {"SLURM_CONF": str(self.folder / "slurm.conf"), "MYSQL_UNIX_PORT": str(mysql)}
        self._start("slurmdbd", "-D", environment=paths)
        self._wait(lambda: "root" in self.says("sacctmgr", "--noheader", "list", "user"))
        entries = ("cluster loopback", "account lab", "user root Account=lab DefaultAccount=lab")
        for entry in entries:
            self.says("sacctmgr", "--immediate", "add", *entry.split())

    def _start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        path = f"{os.environ['PATH']}:/usr/sbin"
        with (self.folder / "log" / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [name, *arguments],
                env={**os.environ, "PATH": path, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._daemons.callback(self._end, process)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                raise RuntimeError(f"a daemon does not answer; its log is in {self.folder / 'log'}")
            time.sleep(0.2)


def main() -> None:
    """Run a Slurm until it is interrupted."""
    parser = argparse.ArgumentParser(description="A real Slurm on this machine, until Ctrl-C.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounting", action="store_true", help="with slurmdbd and MariaDB, so that sacct answers")
    parser.add_argument("--no-gpu", action="store_true", help="a node without a GPU")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with LocalSlurm(given.folder, accounting=given.accounting, gpu=not given.no_gpu) as slurm:
        print(slurm.says("sinfo", "--Node", "--long"), flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopping")


if __name__ == "__main__":
    main()
