"""Records as files that outlive the program: CSV for people, JSON Lines for programs, and what each column means."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from shanxue.base.volumes import Cell, Table

KINDS = {"text": "string", "number": "integer", "date": "date", "time": "datetime", "flag": "boolean"}


def write_table(table: Table, folder: Path) -> list[Path]:
    """Write one table three times: .csv (UTF-8 with BOM), .jsonl and .schema.json. The rows are read once."""
    paths = [folder / f"{table.name}{ending}" for ending in (".csv", ".jsonl", ".schema.json")]
    names = [column.name for column in table.columns]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    count = 0
    with paths[0].open("w", encoding="utf-8-sig", newline="") as sheet, paths[1].open("w", encoding="utf-8") as lines:
        writer = csv.writer(sheet)
        writer.writerow([column.title for column in table.columns])
        for row in table.rows:
            cells = [_write_cell(cell) for cell in row]
            writer.writerow(["" if cell is None else _write_flag(cell) for cell in cells])
            lines.write(encode(dict(zip(names, cells, strict=True))) + "\n")
            count += 1
    paths[2].write_text(json.dumps(describe_table(table, count), ensure_ascii=False, indent=1), encoding="utf-8")
    return paths


def _write_cell(cell: Cell) -> str | int | bool | None:
    if isinstance(cell, datetime):
        return timezone.localtime(cell).isoformat(timespec="seconds")
    return cell.isoformat() if isinstance(cell, date) else cell


def _write_flag(cell: str | int | bool) -> str | int:
    return ("是" if cell else "否") if isinstance(cell, bool) else cell


def describe_table(table: Table, count: int) -> dict[str, Any]:
    """The schema, as a table schema (Frictionless) with its titles in Chinese."""
    return {
        "name": table.name,
        "title": table.title,
        "path": [f"{table.name}.csv", f"{table.name}.jsonl"],
        "encoding": "utf-8",
        "rows": count,
        "schema": {
            "fields": [
                {"name": column.name, "title": column.title, "type": KINDS[column.kind]} for column in table.columns
            ],
            "missingValues": [""],
        },
    }
