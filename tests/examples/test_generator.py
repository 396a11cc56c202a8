"""The example year can be made again from its generator, whole and alike."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from examples.generator.__main__ import main
from examples.generator.people import list_exemptions, list_people, list_transfers
from examples.generator.sessions import list_marks, list_sessions
from examples.generator.stories import STORIES
from examples.generator.units import BRANCHES, DEPARTMENTS

EXAMPLES = Path(__file__).parents[2] / "examples"
MADE = (".xls", ".xlsx", ".csv")


def digest(path: Path) -> str:
    """Digest a file's content; of a zipped workbook its parts, since another zlib packs the same parts otherwise."""
    if not zipfile.is_zipfile(path) or path.suffix != ".xlsx":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as archive:
        parts = b"".join(name.encode() + archive.read(name) for name in sorted(archive.namelist()))
    return hashlib.sha256(parts).hexdigest()


def digest_folder(folder: Path) -> dict[str, str]:
    return {path.name: digest(path) for path in sorted(folder.iterdir()) if path.suffix in MADE}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    main([str(folder)])
    return folder


@pytest.mark.parametrize("name", ["chengguan-2025", "broken"])
def test_generator_makes_the_committed_files(made: Path, name: str) -> None:
    """Issue 2 item 7: made by a seeded generator in the repository."""
    assert digest_folder(made / name) == digest_folder(EXAMPLES / name)


def test_generator_makes_the_same_bytes_twice(made: Path, tmp_path: Path) -> None:
    main([str(tmp_path)])
    again = {path.name: path.read_bytes() for path in (tmp_path / "chengguan-2025").iterdir()}
    assert again == {path.name: path.read_bytes() for path in (made / "chengguan-2025").iterdir()}


def test_examples_are_of_the_size_the_issue_names() -> None:
    """Issue 2 item 7: about 620 people, 26 branches with one of retired members, 14 departments."""
    assert len(list_people()) == 620
    assert len(BRANCHES) == 26
    assert len(DEPARTMENTS) == 14
    assert {person.department for person in list_people()} == set(DEPARTMENTS)
    assert Counter(session.scope for session in list_sessions()) == {"branch": 26 * 24, "bureau": 12, "centre": 12}
    assert 15_000 <= sum(map(len, list_marks().values())) <= 36_000
    assert len(list_transfers()) == 6
    assert Counter(each.category for each in list_exemptions()) == {
        "年老体弱": 9,
        "离退休": 14,
        "长期病休": 4,
        "借调挂职": 5,
    }


def test_examples_fit_into_four_megabytes() -> None:
    files = [path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix in MADE]
    assert sum(path.stat().st_size for path in files) <= 4_000_000
    assert 40 <= len(list((EXAMPLES / "chengguan-2025").iterdir())) <= 70


def test_only_the_two_namesakes_share_a_name() -> None:
    """Ux D case 19: two people called 王伟, in different branches."""
    counts = Counter(person.name for person in list_people())
    assert {name: count for name, count in counts.items() if count > 1} == {"王伟": 2}
    assert {story.name for story in STORIES.values()} <= set(counts)


def test_examples_hold_no_number_that_could_be_a_phone_or_an_identity() -> None:
    """个人信息保护法 6: what the job does not need is not there."""
    pattern = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
    for path in (EXAMPLES / "chengguan-2025").glob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if "sharedStrings" in name or "worksheets/sheet" in name:
                    text = re.sub(r"<[^>]+>", " ", archive.read(name).decode())
                    assert pattern.search(text) is None, (path.name, name)
