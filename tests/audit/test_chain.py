"""The trail is a chain: what was changed afterwards is found, and where."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from shanxue.audit.actions import compute_hash, record_entry, switch_algorithm
from shanxue.audit.guard import install_guard, remove_guard
from shanxue.audit.models import Entry
from shanxue.audit.queries import find_head, list_chains, verify_chain
from shanxue.audit.rules import GENESIS, Fault
from shanxue.base.errors import Refusal

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def write_three() -> None:
    for number in (1, 2, 3):
        record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold", detail={"n": number})


def test_record_entry_links_each_entry_to_the_one_before() -> None:
    write_three()
    first, second, third = Entry.objects.order_by("seq")
    assert (first.previous_hash, second.previous_hash, third.previous_hash) == (GENESIS, first.hash, second.hash)


def test_verify_chain_of_an_untouched_trail_names_its_head() -> None:
    write_three()
    report = verify_chain("chengguan")
    assert (report.entries, report.broken_at) == (3, None)
    assert report.head == Entry.objects.get(seq=3).hash


@pytest.fixture
def unguarded(db: None) -> None:
    """Somebody with the database in their hands, and the triggers out of their way."""
    remove_guard(connection)


@pytest.mark.parametrize("change", [{"actor": "别人"}, {"detail": {"n": 9}}, {"verb": "activities.cancel"}])
def test_verify_chain_finds_an_edited_entry(unguarded: None, change: dict[str, object]) -> None:
    write_three()
    Entry.objects.filter(seq=2).update(**change)
    report = verify_chain("chengguan")
    assert (report.broken_at, report.fault) == (2, Fault.EDITED)
    assert report.sentence == "第 2 条留痕的内容和它的校验值不符，这一条被改动过。"


def test_verify_chain_finds_a_time_moved_by_a_microsecond(unguarded: None) -> None:
    write_three()
    Entry.objects.filter(seq=2).update(at=AT.replace(microsecond=1))
    assert verify_chain("chengguan").broken_at == 2


def test_verify_chain_finds_a_removed_entry(unguarded: None) -> None:
    write_three()
    Entry.objects.filter(seq=2).delete()
    report = verify_chain("chengguan")
    assert (report.broken_at, report.sentence) == (2, "第 2 条留痕不见了，被删除过。")


def test_verify_chain_finds_an_inserted_entry(unguarded: None) -> None:
    """Even one whose own hash is right: the entry after it speaks of another one."""
    write_three()
    for seq in (3, 2):
        Entry.objects.filter(seq=seq).update(seq=seq + 1)
    first = Entry.objects.get(seq=1)
    forged = Entry(chain="chengguan", seq=2, at=AT, actor="别人", verb="activities.hold", previous_hash=first.hash)
    forged.hash = compute_hash(
        chain="chengguan", seq=2, at=AT, actor="别人", verb="activities.hold", subject="", detail={},
        previous_hash=first.hash,
    )  # fmt: skip
    forged.save()
    report = verify_chain("chengguan")
    assert (report.broken_at, report.fault) == (3, Fault.UNLINKED)
    assert report.sentence == "第 3 条留痕和它前面的一条接不上，这里被插入、替换或重排过。"


@pytest.mark.parametrize("seqs", [(2, 3), (1, 2), (1, 3)])
def test_verify_chain_finds_entries_put_in_another_order(unguarded: None, seqs: tuple[int, int]) -> None:
    """Each still has the hash of its own content; the first of them does not belong where it stands."""
    write_three()
    low, high = seqs
    for former, seq in ((low, 9), (high, low), (9, high)):
        Entry.objects.filter(seq=former).update(seq=seq)
    report = verify_chain("chengguan")
    assert (report.broken_at, report.fault) == (low, Fault.UNLINKED)


def test_verify_chain_finds_an_entry_edited_with_a_hash_of_its_own(unguarded: None) -> None:
    """Whoever edits an entry and computes its hash anew is found one entry later, or at the head."""
    write_three()
    head = find_head("chengguan")
    for seq, broken_at in ((2, 3), (3, None)):
        entry = Entry.objects.get(seq=seq)
        forged = compute_hash(
            chain="chengguan", seq=seq, at=AT, actor="别人", verb=entry.verb, subject="", detail=entry.detail,
            previous_hash=entry.previous_hash,
        )  # fmt: skip
        with transaction.atomic():
            Entry.objects.filter(seq=seq).update(actor="别人", hash=forged)
            assert verify_chain("chengguan").broken_at == broken_at
            assert verify_chain("chengguan", head).broken_at == 3
            transaction.set_rollback(True)


def test_verify_chain_finds_a_tail_cut_off_against_an_exported_head(unguarded: None) -> None:
    """Without the head nothing shows: that is why heads are exported."""
    write_three()
    head = find_head("chengguan")
    Entry.objects.filter(seq=3).delete()
    assert verify_chain("chengguan").broken_at is None
    report = verify_chain("chengguan", head)
    assert (report.broken_at, report.fault) == (3, Fault.CUT)
    assert report.sentence == "链头登记到第 3 条，现在只有 2 条，后面的留痕被删除过。"


def test_verify_chain_finds_a_chain_written_anew_against_an_exported_head(unguarded: None) -> None:
    write_three()
    head = find_head("chengguan")
    Entry.objects.all().delete()
    for number in (1, 2, 4):
        record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold", detail={"n": number})
    assert verify_chain("chengguan").broken_at is None
    assert verify_chain("chengguan", head).sentence == "第 3 条留痕和登记的链头不同，链被整段改写过。"


def test_chains_of_two_bureaus_do_not_touch(unguarded: None) -> None:
    write_three()
    record_entry(chain="jiaoyu", actor="王书记", at=AT, verb="orgs.add")
    Entry.objects.filter(chain="jiaoyu").update(actor="别人")
    assert list_chains() == ["chengguan", "jiaoyu"]
    assert verify_chain("chengguan").broken_at is None
    assert verify_chain("jiaoyu").broken_at == 1


def test_the_database_refuses_to_change_or_remove_an_entry() -> None:
    write_three()
    install_guard(connection)
    for change in (lambda: Entry.objects.filter(seq=2).update(actor="别人"), Entry.objects.filter(seq=3).delete):
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            change()
    assert verify_chain("chengguan").entries == 3


def test_a_chain_changes_its_algorithm_with_an_entry_that_says_so(unguarded: None) -> None:
    """SM3 (GB/T 32905) where OpenSSL has it: the entry that switches is the last one of SHA-256."""
    write_three()
    switch_algorithm("chengguan", "sm3", actor="审计员", at=AT)
    record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold", detail={"n": 5})
    assert list(Entry.objects.order_by("seq").values_list("algorithm", flat=True)) == ["sha256"] * 4 + ["sm3"]
    last = Entry.objects.get(seq=5)
    content = (
        f'["chengguan",5,"2026-01-05T02:00:00+00:00","李书记","activities.hold","",{{"n":5}},"{last.previous_hash}"]'
    )
    assert last.hash == hashlib.new("sm3", content.encode()).hexdigest()
    assert (verify_chain("chengguan").broken_at, verify_chain("chengguan").algorithm) == (None, "sm3")
    assert Entry.objects.get(seq=4).detail == {"algorithm": "sm3", "from": "SHA256", "to": "SM3"}
    Entry.objects.filter(seq=5).update(algorithm="sha256")
    assert verify_chain("chengguan").sentence == "第 5 条留痕换了算法，前面却没有一条说明要换。"


@pytest.mark.parametrize(
    ("change", "seq", "fault"),
    [
        ({"detail": {"n": 9}}, 5, Fault.EDITED),  # after the switch
        ({"detail": {"algorithm": "sha256"}}, 4, Fault.EDITED),  # the switch itself
        ({"actor": "别人"}, 2, Fault.EDITED),  # before it
        (None, 5, Fault.REMOVED),
    ],
)
def test_a_change_on_either_side_of_a_switch_is_named(
    unguarded: None, change: dict[str, object] | None, seq: int, fault: Fault
) -> None:
    write_three()
    switch_algorithm("chengguan", "sm3", actor="安全员", at=AT)
    for number in (5, 6):
        record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold", detail={"n": number})
    assert verify_chain("chengguan").entries == 6
    found = Entry.objects.filter(seq=seq)
    found.delete() if change is None else found.update(**change)
    report = verify_chain("chengguan")
    assert (report.broken_at, report.fault) == (seq, fault)


def test_a_chain_goes_back_to_its_former_algorithm(unguarded: None) -> None:
    write_three()
    for algorithm in ("sm3", "sha256"):
        switch_algorithm("chengguan", algorithm, actor="安全员", at=AT)
    record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold")
    assert list(Entry.objects.order_by("seq").values_list("algorithm", flat=True)) == [*["sha256"] * 4, "sm3", "sha256"]
    assert verify_chain("chengguan").entries == 6


def test_switching_to_what_is_in_use_or_unknown_is_refused() -> None:
    write_three()
    for algorithm, sentence in (
        ("sha256", "留痕已经在用 SHA256 算法，不用再换。"), ("md5", "这台机器没有 MD5 算法，留痕没有改动。"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            switch_algorithm("chengguan", algorithm, actor="审计员", at=AT)
        assert refused.value.sentence == sentence


def test_blocks_of_the_walk_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shanxue.audit.queries.BLOCK", 2)
    write_three()
    assert (verify_chain("chengguan").entries, verify_chain("chengguan").broken_at) == (3, None)


@pytest.mark.django_db(transaction=True)
def test_record_entry_vanishes_with_its_transaction() -> None:
    with transaction.atomic():
        record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold")
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0
