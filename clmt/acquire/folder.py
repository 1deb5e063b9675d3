"""Reading a mirror: a folder whose files lie at their address, with the checksum of each in ``SHA256SUMS``."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from clmt.acquire.registry import download_path, is_address
from clmt.errors import ClmtError
from clmt.files import check_plain

__all__ = ["SUMS", "MirrorFolder", "file_sha256", "mirror_sums", "read_sums"]

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})[ ][ *](.+)")


class MirrorFolder:
    """A mirror on disk; its checksums are read once.

    A file that is not listed is what a 404 is on the web. A file that is listed but absent or changed is damage.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise ClmtError(
                f"mirror {self.folder}: no such folder. Give a folder made by 'clmt mirror', or set mirror: null"
            )
        self.sums = read_sums(self.folder / SUMS)

    def read(self, url: str) -> bytes | None:
        """Return the verified bytes of a small answer, or None where the mirror has none."""
        address = self._listed(url)
        if address is None:
            return None
        content = self._file(address).read_bytes()
        self._compare(address, hashlib.sha256(content).hexdigest())
        return content

    def copy(self, url: str, target: Path) -> bool:
        """Copy a file and verify the copy; returns False where the mirror has none. The caller removes a bad copy."""
        address = self._listed(url)
        if address is None:
            return False
        shutil.copyfile(self._file(address), target)
        self._compare(address, file_sha256(target))
        return True

    def place(self, url: str) -> Path:
        """Path of the address in the mirror, whether it exists or not."""
        return self.folder / download_path(url)

    def _listed(self, url: str) -> str | None:
        address = download_path(url)
        if address not in self.sums:
            if (self.folder / address).is_file():
                raise ClmtError(f"mirror {self.folder}: {address} is not in {SUMS}. Remove it or add its checksum")
            return None
        return address

    def _file(self, address: str) -> Path:
        path = self.folder / address
        if not path.is_file():
            raise ClmtError(f"mirror {self.folder}: {address} is in {SUMS} but not there. Make the mirror again")
        return path

    def _compare(self, address: str, found: str) -> None:
        if found != self.sums[address]:
            raise ClmtError(
                f"mirror {self.folder}: {address} is damaged! got: sha256 {found}, expected: sha256 "
                f"{self.sums[address]}. Copy the file again"
            )


def mirror_sums(folder: str | None) -> dict[str, str]:
    """Checksums by address of a mirror, for planning; none without one, or before it is made."""
    path = Path(folder or "") / SUMS
    return read_sums(path) if folder and path.is_file() else {}


def read_sums(path: Path) -> dict[str, str]:
    """Read a ``SHA256SUMS`` file: address to checksum.

    Raises `ClmtError` that names the line where it is no checksum, where its path is no address below the mirror, and
    where an address stands twice.
    """
    if not path.is_file():
        raise ClmtError(f"{path}: no such file; a mirror needs the checksums of its files. Run 'clmt mirror'")
    sums: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ClmtError(f"{path}: not UTF-8 text ({error.reason})! Make the mirror again") from None
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, start=1):
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None:
            raise ClmtError(f"{path}, line {number}: not a checksum! got: {line[:80]!r}, expected: <sha256>  <path>")
        address = match[2].removeprefix("./")
        if not is_address(address):
            raise ClmtError(f"{path}, line {number}: not an address below the mirror! got: {address!r}. Remove it")
        if address in sums:
            raise ClmtError(f"{path}, line {number}: {address} stands twice! Remove the line that is wrong")
        sums[address] = match[1]
    return sums


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits."""
    check_plain(path, "read")
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
