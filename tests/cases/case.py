"""What a case is, how it runs, and how its end is judged."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tests.cases.child import WAIT, Done, run_child
from tests.cases.world import World

#: Ends that are right, and those that are not.
GOOD = ("clean error", "accepted rightly")
BAD = ("vague", "accepted WRONGLY", "traceback", "hang", "half-written")
_ERROR = re.compile(r"^(?:clmt [\w -]*: )?error: .*$", re.MULTILINE)

#: A command line, a function in its place, or the end of a process that the case ran itself.
Act: TypeAlias = "Sequence[str] | Callable[[], object] | Done"


@dataclass
class Place:
    """A case's own folder: inputs lie in it, outputs belong into ``out``."""

    world: World
    folder: Path
    keep: dict[str, Any] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def put(self, name: str, content: bytes | str) -> Path:
        """Write an input; a link to the world's own file is replaced, not followed."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def get(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


#: Says what is wrong with an output that was accepted; None where it is right.
Check: TypeAlias = Callable[[Place, Done], "str | None"]


@dataclass(frozen=True)
class Case:
    """One bad input.

    ``words`` are patterns that the one line of a refusal must hold; ``check`` looks at what was accepted. Without
    ``check`` nothing but a refusal is right, without ``words`` nothing but the right value.
    """

    cause: str
    name: str
    act: Callable[[Place], Act]
    words: tuple[str, ...] | None = ()
    check: Check | None = None
    stages: tuple[str, ...] = ()
    prepare: Callable[[], object] | None = None
    wait: float = WAIT


@dataclass(frozen=True)
class End:
    """How a case ended, and what was seen where it is no good end."""

    outcome: str
    why: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return self.outcome in GOOD


def run_case(case: Case, world: World, folder: Path) -> End:
    """Make the case's inputs in ``folder``, run it and judge its end."""
    begun = time.monotonic()
    place = Place(world, world.copy(folder, *case.stages))
    place.out.mkdir()
    act = case.act(place)
    before = _digests(place)
    done = act if isinstance(act, Done) else run_child(act, folder, prepare=case.prepare, wait=case.wait)
    end = _judge(case, place, done, before)
    return End(end.outcome, end.why, time.monotonic() - begun)


def _judge(case: Case, place: Place, done: Done, before: dict[str, str]) -> End:
    said = done.err or done.out
    if done.code is None:
        return End("hang", said[-200:])
    lost = sorted(name for name, digest in before.items() if _digests(place).get(name) != digest)
    if lost:
        return End("accepted WRONGLY", f"lost or changed: {', '.join(lost[:3])}")
    if done.signal or "Traceback (most recent call last)" in said or done.code not in (0, 2):
        return End("traceback", f"code {done.code}, signal {done.signal}: {said[-400:]}")
    if done.code == 0:
        if case.check is None:
            return End("accepted WRONGLY", f"expected a refusal; said: {said[-300:]}")
        fault = case.check(place, done)
        return End("accepted WRONGLY", fault) if fault else End("accepted rightly")
    return _judge_refusal(case, place, said)


def _judge_refusal(case: Case, place: Place, said: str) -> End:
    lines = _ERROR.findall(said)
    left = sorted(str(path.relative_to(place.folder)) for path in place.out.rglob("*") if not path.is_dir())
    left += [path.name for path in place.folder.glob(".*") if path.name not in (".cache", ".snakemake")]
    if left:
        return End("half-written", f"left: {', '.join(left[:3])}; said: {said[-200:]}")
    if len(lines) != 1:
        return End("vague", f"{len(lines)} error lines: {said[-400:]}")
    if case.words is None:
        return End("accepted WRONGLY", f"expected the right value; said: {lines[0]}")
    for word in case.words:
        if not re.search(word, lines[0]):
            return End("vague", f"names not: {word}; said: {lines[0]}")
    return End("clean error")


def _digests(place: Place) -> dict[str, str]:
    """Content of each of the case's own files, outputs left out; links to the world's files are read only once."""
    skipped = (place.out, place.folder / "results", place.folder / ".snakemake", place.folder / ".cache")
    files = [path for path in place.folder.rglob("*") if not any(path.is_relative_to(one) for one in skipped)]
    return {
        str(path.relative_to(place.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.is_file() and not path.is_symlink()
    }


def run_cases(cases: Sequence[Case], folder: Path, tell: Callable[[Case, End], object]) -> list[End]:
    """Run cases one after the other below ``folder``; each one's own folder is removed after it."""
    world = World(folder / "world")
    ends = []
    for number, case in enumerate(cases):
        own = folder / f"case{number}"
        own.mkdir()
        ends.append(run_case(case, world, own))
        tell(case, ends[-1])
        shutil.rmtree(own)
    return ends
