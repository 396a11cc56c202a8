"""Keeping the shelf: titles, copies (from a receipt line where money bought them), suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.queries import Actor

from ..models import Copy, PaymentLine, Suggestion, Title
from ..queries.people import demand_office, demand_person
from ..queries.shelf import find_suggestion, find_title
from ..rules import CopyState, LineKind, SuggestionState
from ..rules.isbn import read_isbn
from ..rules.shelf import MOST_COPIES, find_next_number, list_numbers
from .funds import record


@dataclass(frozen=True)
class Book:
    """What the catalogue says of a title."""

    name: str
    author: str = ""
    press: str = ""
    isbn: str = ""
    price_fen: int | None = None
    category: str = ""


@dataclass(frozen=True)
class Copies:
    """How many copies, where they stand, their first number ("" goes on from the highest), what paid for them."""

    count: int
    place: str = ""
    first_number: str = ""
    line_id: int | None = None


@transaction.atomic
def add_title(actor: Actor, book: Book, copies: Copies | None, *, at: datetime) -> Title:
    """Put a title into the catalogue, with its copies; suggestions that were adopted for it have arrived."""
    demand_office(actor)
    assert actor.bureau is not None
    title, made = Title.objects.get_or_create(
        bureau=actor.bureau, name=book.name, author=book.author, press=book.press,
        defaults={"isbn": _check_isbn(book.isbn), "price_fen": book.price_fen, "category": book.category},
    )  # fmt: skip
    if not made and copies is None:
        raise Refusal("title_known", f"目录里已有《{book.name}》。要加册数，请从这本书进入。")
    if made:
        record(actor, "add_title", f"title:{title.pk}", at, name=title.name)
    if copies is not None:
        _add_copies(actor, title, copies, at)
    _mark_arrived(title, at)
    return title


def _check_isbn(text: str) -> str:
    try:
        return read_isbn(text) if text.strip() else ""
    except ValueError as error:
        raise Refusal("bad_isbn", str(error)) from None


def _mark_arrived(title: Title, at: datetime) -> None:
    wished = Suggestion.objects.filter(bureau=title.bureau_id, name=title.name, state=SuggestionState.ADOPTED)
    wished.update(state=SuggestionState.ARRIVED, title=title, answered_at=at)


@transaction.atomic
def change_title(actor: Actor, title_id: int, book: Book, *, at: datetime) -> Title:
    demand_office(actor)
    title = find_title(actor, title_id)
    before = title.name
    same = Title.objects.filter(bureau=actor.bureau, name=book.name, author=book.author, press=book.press)
    if same.exclude(pk=title.pk).exists():
        raise Refusal("title_known", f"目录里已有《{book.name}》，作者和出版社都相同。请核对是不是同一本。")
    title.name, title.author, title.press, title.category = book.name, book.author, book.press, book.category
    title.isbn, title.price_fen = _check_isbn(book.isbn), book.price_fen
    title.save(update_fields=["name", "author", "press", "category", "isbn", "price_fen"])
    record(actor, "change_title", f"title:{title.pk}", at, before=before, name=title.name)
    return title


@transaction.atomic
def add_copies(actor: Actor, title_id: int, copies: Copies, *, at: datetime) -> list[Copy]:
    demand_office(actor)
    return _add_copies(actor, find_title(actor, title_id), copies, at)


def _add_copies(actor: Actor, title: Title, copies: Copies, at: datetime) -> list[Copy]:
    if not 1 <= copies.count <= MOST_COPIES:
        raise Refusal("copy_count", f"“册数”要在 1 到 {MOST_COPIES} 之间。")
    line = _find_line(actor, copies)
    numbers = _choose_numbers(title, copies)
    rows = [
        Copy(bureau_id=title.bureau_id, title=title, number=number, place=copies.place, line=line)
        for number in numbers
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Copy.objects.bulk_create(rows)
    except IntegrityError:  # two entered copies at the same moment
        raise Refusal("number_taken", "编号刚被别人用了。请再点一次“保存”。") from None
    record(actor, "add_copies", f"title:{title.pk}", at, numbers=[numbers[0], numbers[-1]], count=len(numbers))
    return rows


def _find_line(actor: Actor, copies: Copies) -> PaymentLine | None:
    """The receipt line the copies were bought with; never more copies than it bought."""
    if copies.line_id is None:
        return None
    found = PaymentLine.objects.select_for_update(of=("self",))
    line = found.filter(payment__purpose__fund__bureau=actor.bureau, pk=copies.line_id).first()
    if line is None or line.kind != LineKind.BOOKS:
        raise refuse_missing("这条图书明细")
    entered = line.copies.count()
    if entered + copies.count > line.quantity:
        raise Refusal(
            "more_than_bought",
            f"“{line}”买了 {line.quantity} 册，已入藏 {entered} 册，这次不能再入 {copies.count} 册。请核对。",
        )
    return line


def _choose_numbers(title: Title, copies: Copies) -> list[str]:
    known = list(Copy.objects.filter(bureau=title.bureau_id).values_list("number", flat=True))
    first = copies.first_number.strip() or find_next_number(known)
    try:
        numbers = list_numbers(first, copies.count)
    except ValueError as error:
        raise Refusal("bad_number", str(error)) from None
    taken = next((number for number in numbers if number in set(known)), None)
    if taken is not None:
        other = Copy.objects.select_related("title").get(bureau=title.bureau_id, number=taken)
        raise Refusal("number_taken", f"编号 {taken} 已用在《{other.title}》上。请换一个起始编号，或留空自动编号。")
    return numbers


MOVES = {
    CopyState.SHELF: (CopyState.WITHDRAWN, CopyState.LOST),
    CopyState.LOST: (CopyState.SHELF, CopyState.WITHDRAWN),
    CopyState.WITHDRAWN: (CopyState.SHELF,),
}


@transaction.atomic
def move_copy(actor: Actor, copy_id: int, state: CopyState, *, at: datetime) -> Copy:
    """Withdraw a copy, write it off as lost, or put it back. One that is lent is given back first."""
    demand_office(actor)
    copy = Copy.objects.select_related("title").filter(bureau=actor.bureau, pk=copy_id).first()
    if copy is None:
        raise refuse_missing("这一册")
    before = CopyState(copy.state)
    if state == before:
        return copy
    if state not in MOVES.get(before, ()):
        raise Refusal("copy_lent", f"编号 {copy} 正借出，先登记归还或遗失。")
    moved = Copy.objects.filter(pk=copy.pk, state=before).update(state=state)
    if not moved:
        raise Refusal("copy_moved", f"编号 {copy} 刚被别人改动。请重新打开这本书。", status=409)
    copy.state = state
    record(actor, "move_copy", f"copy:{copy.pk}", at, before=str(before), state=str(state))
    return copy


@transaction.atomic
def suggest(actor: Actor, name: str, author: str, why: str, *, at: datetime) -> Suggestion:
    """Ask the office to buy a book; the same wish twice is one."""
    person = demand_person(actor)
    assert actor.bureau is not None
    known = Title.objects.filter(bureau=actor.bureau, name=name).first()
    if known is not None:
        raise Refusal("on_the_shelf", f"书架上已有《{name}》，可以直接借。")
    wish, made = Suggestion.objects.get_or_create(
        person=person, name=name, defaults={"bureau": actor.bureau, "author": author, "why": why, "at": at}
    )
    if not made and wish.state != SuggestionState.ASKED:
        raise Refusal(
            "suggested_before", f"您推荐过《{name}》，{wish.state}{'：' + wish.answer if wish.answer else ''}。"
        )
    if made:
        record(actor, "suggest", f"suggestion:{wish.pk}", at, name=name)
    return wish


@transaction.atomic
def answer_suggestion(actor: Actor, suggestion_id: int, *, adopt: bool, answer: str, at: datetime) -> Suggestion:
    """Adopt a wish, or decline it with the reason; a book that stands on the shelf already has arrived."""
    demand_office(actor)
    wish = find_suggestion(actor, suggestion_id)
    if not adopt and not answer.strip():
        raise Refusal("no_reason", "不采纳的，请写一句理由，推荐的人会看到。")
    state = SuggestionState.ADOPTED if adopt else SuggestionState.DECLINED
    changed = Suggestion.objects.filter(pk=wish.pk, state=SuggestionState.ASKED).update(
        state=state, answer=answer, answered_at=at, answered_by=str(actor.user)
    )
    if not changed:
        raise Refusal("suggestion_answered", f"这条荐购已经答复过（{wish.state}）。", status=409)
    record(actor, "answer_suggestion", f"suggestion:{wish.pk}", at, state=str(state), answer=answer)
    title = Title.objects.filter(bureau=actor.bureau, name=wish.name).first()
    if adopt and title is not None:
        _mark_arrived(title, at)
    wish.refresh_from_db()
    return wish
