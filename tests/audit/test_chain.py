"""The trail is a chain: what was changed afterwards is found, and where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from shanxue.audit.actions import GENESIS, record_entry
from shanxue.audit.models import Entry
from shanxue.audit.queries import list_chains, verify_chain

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


@pytest.mark.parametrize("change", [{"actor": "别人"}, {"detail": {"n": 9}}, {"verb": "activities.cancel"}])
def test_verify_chain_finds_an_edited_entry(change: dict[str, object]) -> None:
    write_three()
    Entry.objects.filter(seq=2).update(**change)
    assert verify_chain("chengguan").broken_at == 2


def test_verify_chain_finds_a_removed_entry() -> None:
    write_three()
    Entry.objects.filter(seq=2).delete()
    assert verify_chain("chengguan").broken_at == 2


def test_chains_of_two_bureaus_do_not_touch() -> None:
    write_three()
    record_entry(chain="jiaoyu", actor="王书记", at=AT, verb="orgs.add")
    Entry.objects.filter(chain="jiaoyu").update(actor="别人")
    assert list_chains() == ["chengguan", "jiaoyu"]
    assert verify_chain("chengguan").broken_at is None
    assert verify_chain("jiaoyu").broken_at == 1


@pytest.mark.django_db(transaction=True)
def test_record_entry_vanishes_with_its_transaction() -> None:
    with transaction.atomic():
        record_entry(chain="chengguan", actor="李书记", at=AT, verb="activities.hold")
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0
