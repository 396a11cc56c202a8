"""The 阵地 of sessions that a ledger changes: given back, kept longer or refused, as on the page of a session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shanxue.base.errors import Refusal
from shanxue.intake.checking import Desk
from shanxue.intake.drafts import Ledger
from shanxue.intake.undoing import Undo
from shanxue.resources.intake.bookings import Bookings, find_lost, lock_places
from shanxue.resources.models import Booking

from ..actions.venues import read_slot
from ..models import Session, SessionNote
from ..rules import SessionState
from .book import Touched, open_book

GIVEN_UP = (SessionState.POSTPONED, SessionState.CANCELLED)


def refuse_against_page(touched: Touched) -> bool:
    """Refuse what the page of a session refuses too: cancelling what was held, planning anew what was called off."""
    values, was = touched.session.values, touched.was
    if values["state"] in GIVEN_UP and values.get("roll_ended_at") is not None:
        sentence = f"这次会议已在系统里结束点名，不能改为{values['state']}。请把状态改为已召开，或删去这一行。"
    elif values["state"] == SessionState.PLANNED and was in GIVEN_UP and values.get("venue_id") is not None:
        sentence = f"这次会议已登记为{was}，预约的阵地已经让出，不能改回计划。请在会议页另建一次，或删去这一行。"
    else:
        return False
    touched.planned.stop(touched.row, "state", "session_state", sentence)
    return True


def settle_places(desk: Desk) -> None:
    """Give back the places of sessions called off, then lengthen or shorten the bookings of those that stay."""
    book = open_book(desk)
    found = [one for one in book.touched if not refuse_against_page(one)]
    found = [one for one in found if one.session.values.get("booking_id") is not None]
    if not found:
        return
    days = [one.session.values["on"] for one in found]
    bookings = Bookings(book.ledger, found[0].session.values["bureau_id"], min(days), max(days))
    for one in found:
        if one.session.values["state"] in GIVEN_UP:
            bookings.free(one.session.values["booking_id"])
            book.ledger.change(one.session, booking_id=None)
    for one in found:
        if one.session.values["booking_id"] is not None and one.session.values["on"] >= desk.today:
            _change_booking(bookings, one)


def _change_booking(bookings: Bookings, one: Touched) -> None:
    values = one.session.values
    try:
        slot = read_slot(values["on"], values["start_time"], values["minutes"])
        fault = bookings.change(values["booking_id"], values["topic"], slot)
    except Refusal as refusal:
        fault = refusal.sentence
    if fault:
        one.planned.stop(one.row, "minutes", "booking_clash", fault)


def lock_sessions(ledger: Ledger) -> None:
    """Hold the sessions whose bookings change, then their places, in the order in which the page does."""
    bookings = [edit.draft.id for edit in ledger.edits.values() if edit.draft.model is Booking and edit.draft.id]
    if bookings:
        list(Session.objects.select_for_update(of=("self",)).filter(booking__in=bookings).order_by("pk"))
        lock_places(bookings)


def hold_back_lost_places(undo: Undo, at: datetime, actor: str) -> None:
    """Leave a place that somebody else has booked meanwhile out of an undo: the session comes back without it."""
    former = {change.row_id: change.before or {} for change in undo.changes if change.model == Booking._meta.label}
    lost = find_lost(former)
    if not lost:
        return
    undo.changes = [one for one in undo.changes if one.model != Booking._meta.label or one.row_id not in lost]
    for change in undo.changes:
        before: dict[str, Any] = change.before or {}
        booking_id = before.get("booking_id") if change.model == Session._meta.label else None
        if booking_id in lost:
            change.before = before | {"booking_id": None, "venue_id": None, "place": ""}
            _tell(undo, change.row_id, lost.pop(booking_id), at, actor)
    undo.told += [f"预约没有恢复原来的时间：{sentence}" for sentence in lost.values()]


def _tell(undo: Undo, session_id: int, sentence: str, at: datetime, actor: str) -> None:
    session = Session.objects.get(pk=session_id)
    undo.told.append(f"“{session.topic}”的地点没有恢复：{sentence}")
    told = f"撤销导入，会议恢复，地点待定：{sentence}"[:200]
    SessionNote.objects.create(session=session, text=told, at=at, actor=actor)
