"""What became of every line of a file. The header is no line of data; all else is, and ends in one place.

rows in file = 新增 + 更新 + 不变 + 跳过 + 排除 + 待处理
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .checking import FilePlan, TablePlan
from .drafts import Outcome
from .rules import Skipped

OUTCOMES: tuple[Outcome, ...] = ("added", "updated", "unchanged", "blocked")


@dataclass
class Account:
    """Counts of lines. A person's line of a month matrix is one line; so is each block of a sheet printed in two."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    blocked: int = 0  # a question or problem stands on the line
    skipped: list[Skipped] = field(default_factory=list)
    excluded: list[Skipped] = field(default_factory=list)

    @property
    def rows_in_file(self) -> int:
        return self.added + self.updated + self.unchanged + self.blocked + len(self.skipped) + len(self.excluded)

    def write(self) -> dict[str, int]:
        """Write the counts for the batch's record."""
        return {
            "rows_in_file": self.rows_in_file,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": len(self.skipped),
            "excluded": len(self.excluded),
        }


def count_file(file: FilePlan) -> Account:
    """Account for every line of one file's sheets that hold a table or were looked at."""
    return count_tables(file.tables)


def count_tables(tables: Iterable[TablePlan]) -> Account:
    account = Account()
    data: set[tuple[str, int]] = set()
    header: set[tuple[str, int]] = set()
    for planned in tables:
        header |= {(planned.sheet, number) for number in planned.table.header_rows}
        fates = planned.list_fates()
        data |= {(planned.sheet, number) for number, _ in fates}
        for (number, who), fate in fates.items():
            if fate in ("skipped", "excluded"):
                entry = Skipped(planned.sheet, number, planned.reasons[number, who], fate == "excluded")
                (account.excluded if fate == "excluded" else account.skipped).append(entry)
            else:
                setattr(account, fate, getattr(account, fate) + 1)
    for planned in tables:
        for skip in planned.table.skipped:
            place = (skip.sheet, skip.row)
            if place not in data | header:
                data.add(place)
                (account.excluded if skip.excluded else account.skipped).append(skip)
    account.skipped.sort(key=lambda skip: (skip.sheet, skip.row))
    return account
