"""Limits of a file on its way in, and the refusals of reading (ux D0 rule 10, case 29)."""

from __future__ import annotations

import time

from shanxue.base.errors import Refusal

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_SECONDS = 30.0


class Deadline:
    """Stops a reading that takes too long; every loop over a file's bytes asks it now and then."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._ends = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self._ends:
            raise refuse("too_slow", f"读取超过 {MAX_SECONDS:.0f} 秒，已停止。请把文件分小后再传。")


def refuse(code: str, sentence: str) -> Refusal:
    return Refusal(f"file_{code}", sentence)


def refuse_broken() -> Refusal:
    """Build the refusal for a file that claims to be a spreadsheet and is not a sound one."""
    return refuse("broken", "这个文件已损坏，读不出来。请在 WPS 里打开后另存为 .xlsx 再传。")


def refuse_unpacked() -> Refusal:
    return refuse("too_large", f"这个文件解压后超过 {MAX_UNPACKED_BYTES // 1024 // 1024} MB，已停止读取。")


def check_rows(sheet: str, count: int) -> None:
    if count > MAX_ROWS:
        raise refuse("too_many_rows", f"「{sheet}」有 {count} 行，超过 {MAX_ROWS} 行。请分成几个文件后再传。")


def check_row_count(sheet: str, in_file: int, read: int, sha256: str) -> None:
    """Compare the rows that the file holds with the rows read from it (ux D case 1)."""
    if in_file != read:
        number = f"E-{sha256[:8].upper()}"
        raise refuse(
            "rows_lost",
            f"「{sheet}」文件里有 {in_file} 行，只读到 {read} 行，已停止。请把这个文件发给管理员（编号 {number}）。",
        )
