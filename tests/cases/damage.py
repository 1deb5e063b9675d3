"""Bytes that went wrong: cut, overwritten, another file's, or with bits that rotted."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterable, Sequence

from tests.cases.case import Act, Case, Check, Place

#: Kinds of wholly wrong content, by name.
WHOLE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "one byte": lambda data: data[:1],
    "half": lambda data: data[: len(data) // 2],
    "last byte lost": lambda data: data[:-1],
    "zeros": lambda data: bytes(len(data)),
    "random": lambda data: random.Random(len(data)).randbytes(len(data)),
    "binary": lambda data: bytes(range(150, 256)) * 8,
    "text": lambda data: b"error: the disk is full, ask the administrator\n",
    "HTML": lambda data: b"<!DOCTYPE html>\n<html><body><h1>503</h1></body></html>\n",
    "UTF-16": lambda data: data.decode("latin-1").encode("utf-16"),
    "doubled": lambda data: data + data,
    "deep JSON": lambda data: b"[" * 50_000 + b"]" * 50_000,
    "zip of something": lambda data: zip_of({"other.txt": data[:200]}),
    "a list": lambda data: b"[]",
    "null": lambda data: b"null",
}
#: Kinds that no reader of JSON, Parquet or a table may take for a file of its own.
ALWAYS = ("empty", "one byte", "half", "zeros", "random", "text", "HTML", "UTF-16", "zip of something", "deep JSON")


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bit_flipped(data: bytes, seed: int | str, start: int = 0) -> bytes:
    """One bit of the bytes from ``start`` on flipped."""
    chosen = random.Random(f"bit {seed}")
    place = chosen.randrange(start, len(data))
    return data[:place] + bytes([data[place] ^ (1 << chosen.randrange(8))]) + data[place + 1 :]


def wiped(data: bytes, seed: int | str) -> bytes:
    """Up to 40 bytes in a row overwritten."""
    chosen = random.Random(f"wiped {seed}")
    count = chosen.randrange(2, 40)
    place = chosen.randrange(0, max(1, len(data) - count))
    return data[:place] + chosen.randbytes(count) + data[place + count :]


def whole_cases(
    cause: str,
    label: str,
    path: str,
    act: Callable[[Place], Act],
    kinds: Iterable[str],
    words: Sequence[str],
    stages: tuple[str, ...],
    suffix: str = "",
) -> list[Case]:
    """Cases in which a file is wholly wrong, which has to be refused."""

    def case(kind: str) -> Case:
        def spoil(place: Place) -> Act:
            if kind == "folder":
                (place.folder / path).unlink()
                (place.folder / path).mkdir()
            elif kind == "link to itself":
                (place.folder / path).unlink()
                (place.folder / path).symlink_to((place.folder / path).name)
            else:
                place.put(path, WHOLE[kind](place.get(path)))
            return act(place)

        return Case(cause, f"{label} {kind}{suffix}", spoil, tuple(words), stages=stages)

    return [case(kind) for kind in kinds]


def rotten_cases(
    cause: str,
    label: str,
    path: str,
    act: Callable[[Place], Act],
    check: Check,
    words: Sequence[str],
    stages: tuple[str, ...],
    *,
    flips: int = 0,
    wipes: int = 0,
    suffix: str = "",
    start: int = 0,
) -> list[Case]:
    """Cases in which bits of a file changed: refused, or without any effect."""

    def case(kind: str, change: Callable[[bytes, str], bytes], number: int) -> Case:
        def spoil(place: Place) -> Act:
            place.put(path, change(place.get(path), f"{label}{number}"))
            return act(place)

        return Case(cause, f"{label} {kind} {number}{suffix}", spoil, tuple(words), check, stages)

    flipped = [case("bit flip", lambda data, seed: bit_flipped(data, seed, start), number) for number in range(flips)]
    return flipped + [case("bytes wiped", wiped, number) for number in range(wipes)]
