"""What a look at the user's own tables finds: every problem in a line of its own, and what was understood."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clmt.errors import ClmtError, shown

__all__ = ["Findings", "refusing"]

_SHOWN = 3
"""Places of one fault that a line names."""


@dataclass
class Findings:
    """Problems, for which a dataset is refused, and notes, which say what its tables were taken for."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def problem(self, source: str, fault: str, got: object, expected: str, remedy: str) -> None:
        """Add a fault of a whole table or column."""
        cell = got if isinstance(got, str) else shown(got)
        self.add(f"{source}: {fault}! got: {cell}, expected: {expected}. {remedy}")

    def add(self, problem: str) -> None:
        """Add a problem, unless it is there: a fault of a table that several look at is one."""
        if problem not in self.problems:
            self.problems.append(problem)

    def cells(
        self, source: str, column: str, cells: Sequence[tuple[int, str]], fault: str, expected: str, remedy: str
    ) -> None:
        """Add a fault that cells of a column share, if there are any: their lines and what stands there."""
        if not cells:
            return
        listed = ", ".join(f"line {line} {shown(text) if text else ''}".rstrip() for line, text in cells[:_SHOWN])
        more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
        where = f"column {column}: " if column else ""
        self.add(f"{source}: {where}{fault}! got: {listed}{more}, expected: {expected}. {remedy}")

    def note(self, source: str, text: str) -> None:
        """Add what a table was taken for."""
        self.notes.append(f"{source}: {text}")

    @contextlib.contextmanager
    def catching(self) -> Iterator[None]:
        """Take a refusal of a reader for a problem, so that the other tables are looked at as well."""
        try:
            yield
        except ClmtError as error:
            self.add(str(error))


@contextlib.contextmanager
def refusing() -> Iterator[Findings]:
    """Yield findings, and raise the first of their problems, with the number of the others, as a `ClmtError`."""
    findings = Findings()
    yield findings
    if findings.problems:
        first, *others = findings.problems
        more = f" ({len(others)} more: 'clmt check CONFIG' lists all)" if others else ""
        raise ClmtError(f"{first}{more}")
