"""Roll-call in the meeting, sign-in by phone, the code on the wall, permits for codes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from uuid import uuid4

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shanxue.accounts.models import User
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import demand_power, scope_led_units
from shanxue.web.middleware import FRAGMENT_HEADER

from ..actions import presence as actions
from ..forms.presence import GuestForm, MarkForm, PermitForm, WordForm, read_batch, read_roll_form
from ..models import Attendance, Session
from ..queries import presence as queries
from ..queries.arranging import find_led_session
from ..rules import How, LeaveReason, Mark, Outcome
from ..rules.codes import (
    CodeKind,
    find_window,
    judge_code,
    read_session_id,
    write_printed_code,
    write_ticket,
    write_wall_code,
    write_word,
)
from ..rules.presence import PRESENT, Said, describe_skew, refuse_closed, refuse_sign_in, tidy_said, write_serial

MAIN_MARKS = (Mark.PRESENT, Mark.LEAVE, Mark.ABSENT)
MORE_MARKS = (Mark.LATE, Mark.LEFT_EARLY, Mark.UNRECORDED)
TRIES = 5  # wrong words in ten minutes


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_roll_call(request: HttpRequest, session_id: int) -> HttpResponse:
    """S3 会议现场. Without JavaScript the whole list is posted at once with what was seen."""
    session = find_led_session(demand_actor(request), session_id)
    if request.method == "POST":
        return _take_roll_form(request, session)
    return _show_roll(request, session)


def _show_roll(
    request: HttpRequest, session: Session, *, told: tuple[str, ...] = (), status: int = 200
) -> HttpResponse:
    at = timezone.now()
    moment = queries.describe_moment(session, at)
    page = {
        "roll": queries.read_roll(session),
        "session": session,
        "moment": moment,
        "closed": refuse_closed(moment),
        "told": told,
        "because": request.POST.get("because", ""),
        "form_key": uuid4(),
        "guest_form": GuestForm(auto_id="guest_%s"),
        "permitted": queries.has_permit(session.unit_id, timezone.localdate(at)),
        "starts_at": queries.read_start(session),
        "main_marks": MAIN_MARKS,
        "more_marks": MORE_MARKS,
        "reasons": [reason for reason in LeaveReason if reason],
    }
    return render(request, "activities/roll_call.html", page, status=status)


def _take_roll_form(request: HttpRequest, session: Session) -> HttpResponse:
    actor, at, act = demand_actor(request), timezone.now(), request.POST.get("act", "save")
    try:
        said: list[Said] = []
        if "form_key" in request.POST:
            rows = list(session.attendances.select_related("person").order_by("person__staff_no"))
            said = read_roll_form(request.POST, rows, at, all_present=act == "all_present")
        answers = actions.take_marks(session, said, actor=actor, at=at)
        shown = {int(item) for item in request.POST.getlist("agenda_shown") if item.isdecimal()}
        ticked = set(request.POST.getlist("agenda"))
        actions.tick_agenda(session, {item: str(item) in ticked for item in shown})
        told = tuple(dict.fromkeys(answer.sentence for answer in answers if answer.sentence))
        if told:
            return _show_roll(request, session, told=told, status=409)
        if act == "end":
            return _end(request, session)
    except Refusal as refusal:
        return _show_roll(request, session, told=(refusal.sentence,), status=refusal.status)
    kept = len(answers)
    messages.success(request, _("已保存 %(count)d 条点名。") % {"count": kept} if kept else _("已保存，点名没有改动。"))
    return redirect("activities:roll_call", session.pk)


def _end(request: HttpRequest, session: Session) -> HttpResponse:
    """End roll-call; while something is unknown of somebody, ask once more with their names."""
    sure = request.POST.get("sure") == "1"
    try:
        ended = actions.end_roll_call(session, actor=demand_actor(request), at=timezone.now(), sure=sure)
    except Refusal as refusal:
        if refusal.code != "unrecorded":
            raise
        roll = queries.read_roll(session)
        names = [row.person.name for row in roll.rows if row.mark == Mark.UNRECORDED]
        page = {"session": session, "roll": roll, "names": names, "sentence": refusal.sentence}
        return render(request, "activities/end_roll_call.html", page)
    counts = queries.read_standing(ended).counts
    said = _("点名已结束：应到 %(expected)d 人，到会 %(present)d 人。接着写会议记录，参会情况已填好。")
    messages.success(request, said % {"expected": counts.expected, "present": counts.present})
    return redirect("activities:roll_call", session.pk)


@require_POST
def sync_marks(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take what a device kept while it was offline (JSON) and tell how the roll stands; an empty batch only asks."""
    if not request.user.is_authenticated:
        return JsonResponse({"code": "signed_out", "sentence": _("登录已过期，点名还在这台设备上。")}, status=401)
    actor, at = demand_actor(request), timezone.now()
    session = queries.find_led_roll(actor, session_id)
    batch = read_batch(request.body, at)
    answers = actions.take_marks(session, batch.said, actor=actor, at=at, skew=batch.skew) if batch.said else []
    if batch.agenda:
        actions.tick_agenda(session, batch.agenda)
    standing = queries.read_standing(session)
    body = {
        "answers": [
            {"key": str(answer.key), "outcome": answer.outcome, "sentence": answer.sentence} for answer in answers
        ]
        + [{"key": key, "outcome": Outcome.REFUSED, "sentence": sentence} for key, sentence in batch.broken],
        "rows": standing.rows,
        "counts": asdict(standing.counts),
        "quorum": standing.quorum,
        "waiting": standing.waiting,
        "ended": session.roll_ended_at is not None,
        "clock": _describe_clock(batch.skew),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _describe_clock(skew: Any) -> str:
    words = describe_skew(skew)
    return _("这台%(words)s，记录以服务器时间为准。") % {"words": words} if words else ""


@login_required
@require_POST
def change_guests(request: HttpRequest, session_id: int) -> HttpResponse:
    """Add, confirm or remove somebody present without being expected (列席)."""
    actor, at = demand_actor(request), timezone.now()
    session = find_led_session(actor, session_id)
    act, guest = request.POST.get("act", ""), request.POST.get("guest", "")
    try:
        if act == "add":
            form = GuestForm(request.POST, auto_id="guest_%s")
            if not form.is_valid():
                raise Refusal("no_name", _("请写列席人员的姓名或工号。"))
            name = actions.add_guest(session, form.cleaned_data["who"].strip(), actor=actor, at=at).name
            said = _("已加列席：%(name)s。")
        elif act == "confirm" and guest.isdecimal():
            name, said = actions.confirm_guest(session, int(guest), actor=actor, at=at), _("已确认%(name)s列席。")
        elif act == "remove" and guest.isdecimal():
            name, said = actions.remove_guest(session, int(guest), actor=actor, at=at), _("已把%(name)s从列席里去掉。")
        else:
            raise refuse_missing(_("这位列席人员"))
    except Refusal as refusal:
        return _show_roll(request, session, told=(refusal.sentence,), status=refusal.status)
    messages.success(request, said % {"name": name})
    return redirect("activities:roll_call", session.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct_mark(request: HttpRequest, session_id: int, person_id: int) -> HttpResponse:
    """补录 or 更正 of one person after the roll-call, with everything that was ever said of them there."""
    actor, at = demand_actor(request), timezone.now()
    session = find_led_session(actor, session_id)
    attendance = queries.find_attendance(session, person_id)
    form = MarkForm(request.POST or None, initial=_describe_initial(attendance))
    if request.method == "POST" and form.is_valid():
        said = _read_correction(form, attendance, request.POST.get("seen", ""))
        answer = actions.take_marks(session, [said], actor=actor, at=at)[0]
        if answer.outcome == Outcome.TAKEN:
            message = _("已补录：%(name)s记为“%(mark)s”。原因和时间一并留存。")
            messages.success(request, message % {"name": attendance.person.name, "mark": said.mark})
            return redirect("activities:roll_call", session.pk)
        form.add_error(None, answer.sentence)
        attendance = queries.find_attendance(session, person_id)
    page = {
        "session": session, "attendance": attendance, "form": form, "entries": queries.list_entries(attendance),
        "state": queries.describe_state(attendance),
    }  # fmt: skip
    return render(request, "activities/late_mark.html", page, status=400 if form.errors else 200)


def _describe_initial(attendance: Attendance) -> dict[str, Any]:
    return {"mark": attendance.mark, "reason": attendance.reason, "minutes_late": attendance.minutes_late}


def _read_correction(form: MarkForm, attendance: Attendance, seen: str) -> Said:
    data = form.cleaned_data
    return tidy_said(
        Said(
            uuid4(), attendance.person_id, Mark(data["mark"]), Mark(seen if seen in set(Mark) else attendance.mark),
            timezone.now(), data["reason"], data["minutes_late"], data["because"].strip(),
        )
    )  # fmt: skip


@require_safe
def open_code(request: HttpRequest, code: str) -> HttpResponse:
    """Open what the phone's own scanner read. Records nothing: previews of links must not sign anybody in.

    A fresh code becomes a ticket at once, so that signing in first or reading the page does not outlast the code.
    """
    session_id = read_session_id(code)
    if session_id is None:
        raise Refusal("stale_code", _("这个码已更换，请重新扫会场屏幕上的码。"))
    kind, window = _judge(code, session_id)
    kept = write_ticket(settings.SECRET_KEY, session_id, window) if kind == CodeKind.SCANNED else code
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("activities:scan", args=[kept]))
    place = queries.find_place(request.user, session_id, timezone.localdate())
    if kind == CodeKind.WRONG and place.row_id is None:
        raise Refusal("stale_code", _("这个码已更换，请重新扫会场屏幕上的码。"))
    if kind == CodeKind.WRONG:
        return _show_check_in(request, place, refused=_("这个码已更换，请重新扫会场屏幕上的码。"), status=400)
    return _show_check_in(request, place, code=kept)


def _judge(code: str, session_id: int) -> tuple[CodeKind, int]:
    window = find_window(timezone.now().timestamp())
    return judge_code(settings.SECRET_KEY, code, session_id, window), window


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, session_id: int) -> HttpResponse:
    """M2 会议签到: only the button records. With htmx the answer is a fragment, which a crowd gets without a page."""
    place = queries.find_place(cast(User, request.user), session_id, timezone.localdate())
    if request.method == "POST":
        return _sign_in(request, place)
    if place.row_id is None:
        raise refuse_missing(_("这次会议"))  # only a code on the wall lets somebody in who is not expected
    return _show_check_in(request, place)


def _sign_in(request: HttpRequest, place: queries.Place) -> HttpResponse:
    user, at, code = cast(User, request.user), timezone.now(), request.POST.get("code", "")
    try:
        kind = _demand_proof(place, code, user)
        if place.row_id is None:
            actions.ask_as_guest(place, user=user, at=at)
            return _answer(request, place, {"guest": True}, code)
        how = How.CODE if kind == CodeKind.TYPED else How.SCAN
        signed = actions.sign_in(place, how, proven=kind != CodeKind.PRINTED, user=user, at=at)
    except Refusal as refusal:
        if place.row_id is None:
            raise  # a meeting is shown to those expected and to those who hold its code
        return _show_check_in(request, place, refused=refusal.sentence, status=refusal.status)
    return _answer(request, place, _describe_signed(place.session, signed), code)


def _demand_proof(place: queries.Place, code: str, user: User) -> CodeKind:
    """Refuse with the one sentence that applies: no permit, not open, a stale code. Who is present needs no proof."""
    if place.mark in PRESENT:
        return CodeKind.SCANNED
    if not place.permitted:
        raise Refusal("no_permit", _("这个支部没有开通会议签到，请书记点名，效果相同。"), status=403)
    at = timezone.now()
    closed = refuse_sign_in(queries.describe_opening(place.session), timezone.localtime(at))
    if closed:
        raise Refusal("sign_in_closed", closed)
    is_word = "-" not in code
    if is_word and queries.count_wrong_words(place.session.pk, place.person_id, at) >= TRIES:
        raise Refusal("too_many_words", _("口令输错 5 次，请 10 分钟后再试，或请书记点名。"), status=429)
    kind, _window = _judge(code, place.session.pk)
    if kind == CodeKind.WRONG and is_word:
        actions.note_wrong_word(place, user=user, at=at)
        raise Refusal("wrong_word", _("口令不对或者已更换，请看会场屏幕上现在的 4 位数字。"))
    if kind == CodeKind.WRONG:
        raise Refusal("stale_code", _("这个码已更换，请重新扫会场屏幕上的码。"))
    return kind


def _describe_signed(session: Session, signed: actions.SignedIn) -> dict[str, Any]:
    return {
        "sentence": signed.sentence,
        "taken": signed.outcome == Outcome.TAKEN,
        "at": f"{timezone.localtime(signed.at):%H:%M}",
        "late": signed.late,
        "serial": "" if signed.outcome == Outcome.WAITING else write_serial(session.on, signed.row_id),
    }


def _answer(request: HttpRequest, place: queries.Place, answer: dict[str, Any], code: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(render_to_string("activities/check_in_answer.html", {"answer": answer}))
    return _show_check_in(request, place, code=code, answer=answer)


def _show_check_in(
    request: HttpRequest, place: queries.Place, *, code: str = "", refused: str = "",
    answer: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    session, row = place.session, queries.find_own_attendance(place)
    opening = queries.describe_opening(session)
    if answer is None and row is not None and row.mark in PRESENT:
        sentence = queries.tell_present(row)
        serial = write_serial(session.on, row.pk)
        answer = {"already": sentence, "serial": serial}
    closed = "" if place.permitted else _("这个支部没有开通会议签到，请书记点名，效果相同。")
    page = {
        "session": session, "name": place.person_name, "row": row, "code": code, "refused": refused, "answer": answer,
        "closed": closed or refuse_sign_in(opening, timezone.localtime()), "starts_at": opening.starts_at,
        "unit": row.unit if row is not None else None, "form": WordForm(),
        "secretary": queries.find_secretary_name(session.unit_id, session.on),
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        shown = render(request, "activities/check_in_part.html", page, status=status)
        shown.headers[FRAGMENT_HEADER] = "1"
        return shown
    return render(request, "activities/check_in.html", page, status=status)


@login_required
@require_safe
def show_panel(request: HttpRequest, session_id: int) -> HttpResponse:
    """The code for the wall of the meeting, renewed every half minute: a fragment for htmx, else the whole page."""
    session = find_led_session(demand_actor(request), session_id)
    at = timezone.now()
    window = find_window(at.timestamp())
    code = write_wall_code(settings.SECRET_KEY, session.pk, window)
    page = _describe_codes(request, session, code) | {
        "word": write_word(settings.SECRET_KEY, session.pk, window),
        "counts": queries.read_standing(session).counts,
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, f"activities/scan_panel{'_code' if fragment else ''}.html", page)


@login_required
@require_safe
def show_code_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    """A paper with a code that never changes: whoever scans it waits for the secretary."""
    session = find_led_session(demand_actor(request), session_id)
    code = write_printed_code(settings.SECRET_KEY, session.pk)
    return render(request, "activities/code_sheet.html", _describe_codes(request, session, code))


def _describe_codes(request: HttpRequest, session: Session, code: str) -> dict[str, Any]:
    opening = queries.describe_opening(session)
    address = request.build_absolute_uri(reverse("activities:scan", args=[code]))
    permitted = queries.has_permit(session.unit_id, timezone.localdate())
    return {
        "session": session, "permitted": permitted, "starts_at": opening.starts_at, "opens_at": opening.opens_at,
        "ended": opening.ended_at is not None, "picture": _draw(address) if permitted else "",
    }  # fmt: skip


def _draw(address: str) -> SafeString:
    picture = segno.make(address, error="m", micro=False)
    return mark_safe(picture.svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep_permits(request: HttpRequest) -> HttpResponse:
    """Which units may offer codes at their meetings, and why; the office gives and ends it. Off by default."""
    actor, at = demand_actor(request), timezone.now()
    demand_power(actor.keeps_office)
    today = timezone.localdate(at)
    units = scope_led_units(actor).order_by("path")
    form = PermitForm(request.POST or None, units=units, initial={"from_on": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = queries.list_units_below(data["unit"]) if data["below"] else [data["unit"]]
        try:
            count = actions.give_permits(
                chosen, data["reason"], from_on=data["from_on"], until_on=data["until_on"], actor=actor, at=at
            )
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已为 %(count)d 个单位开通会议签到，书记仍可以点名。") % {"count": count})
            return redirect("activities:scan_permits")
    page = {"form": form, "permits": queries.list_permits(actor), "today": today}
    return render(request, "activities/scan_permits.html", page, status=400 if form.errors else 200)


@login_required
@require_POST
def end_permit(request: HttpRequest, permit_id: int) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(actor.keeps_office)
    permit = queries.find_permit(actor, permit_id)
    actions.end_permit(permit, actor=actor, at=timezone.now())
    messages.success(request, _("%(unit)s的会议签到已停用，以后由书记点名。") % {"unit": permit.unit.name})
    return redirect("activities:scan_permits")
