"""``python -m examples.generator [FOLDER]``: write both folders under FOLDER, by default beside this package."""

from __future__ import annotations

import sys
from pathlib import Path

from .broken import write_broken
from .year_folder import write_year


def main(arguments: list[str]) -> None:
    base = Path(arguments[0]) if arguments else Path(__file__).parent.parent
    write_year(base / "chengguan-2025")
    write_broken(base / "broken")


if __name__ == "__main__":
    main(sys.argv[1:])
