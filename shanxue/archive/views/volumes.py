"""K6: the years, one year, one 件, the check before sealing, the package."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tasks.base import Task

from shanxue.accounts.models import User
from shanxue.base.errors import Refusal, refuse_missing
from shanxue.base.volumes import Piece
from shanxue.jobs.actions import start_job
from shanxue.orgs.actors import demand_actor
from shanxue.orgs.queries import Actor, demand_power

from ..actions.sealing import choose_piece, record_download, refuse_sealing, set_fonds
from ..forms.volumes import FondsForm, PieceForm, SealForm
from ..models import ArchiveYear
from ..packagers import find_packager, list_packagers
from ..paths import get_package
from ..preparing import read_readiness
from ..queries import find_fonds, find_year, list_years, may_read, may_seal, read_choices, read_volume
from ..rules import Choice, Volume, YearState
from ..tasks import prepare, seal

PER_PAGE = 50


@login_required
@require_safe
def show_years(request: HttpRequest) -> HttpResponse:
    actor = demand_actor(request)
    demand_power(may_read(actor))
    assert actor.bureau is not None
    years = list_years(actor.bureau, actor.on)
    ready = next((one for one in years if one.state == YearState.OPEN and one.year < actor.on.year), None)
    return render(request, "archive/years.html", {"years": years, "ready": ready, "may_seal": may_seal(actor)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_year(request: HttpRequest, year: int) -> HttpResponse:
    """A year that is being arranged, or the catalogue as it was sealed."""
    actor = demand_actor(request)
    archive = find_year(actor, year)
    if archive.state == YearState.SEALED:
        return _show_sealed(request, actor, archive)
    form = FondsForm(request.POST or None, initial={"fonds": archive.fonds or find_fonds(archive.bureau)})
    if request.method == "POST":
        _demand_office(actor)
        if form.is_valid():
            fonds = form.cleaned_data["fonds"]
            set_fonds(archive.bureau, year, fonds, actor=str(actor.user), at=timezone.now())
            messages.success(request, _("全宗号已保存。"))
            return redirect("archive:year", year)
    volume = read_volume(archive)
    page = {
        "archive": archive, "volume": volume, "form": form, "may_seal": may_seal(actor),
        "found": Paginator(volume.placed, PER_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "archive/year.html", page, status=400 if form.errors else 200)


def _demand_office(actor: Actor) -> None:
    demand_power(may_seal(actor))


def _show_sealed(request: HttpRequest, actor: Actor, archive: ArchiveYear) -> HttpResponse:
    if request.method == "POST":
        raise Refusal("sealed", _("%(year)s 年的卷已经封好，不能再改。") % {"year": archive.year}, status=409)
    found = Paginator(archive.pieces.order_by("position"), PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "archive": archive, "found": found, "packagers": list_packagers(), "may_seal": may_seal(actor),
        "there": get_package(archive.package).exists(),
    }  # fmt: skip
    return render(request, "archive/sealed.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_piece(request: HttpRequest, year: int, key: str) -> HttpResponse:
    actor = demand_actor(request)
    archive = find_year(actor, year)
    _demand_office(actor)
    if archive.state == YearState.SEALED:
        return _show_sealed(request, actor, archive)
    piece, held = _find_piece(read_volume(archive), key), read_choices(archive).get(key, Choice())
    first = {"retention": held.retention, "position": held.position, "left_out": held.left_out}
    form = PieceForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        choose_piece(
            archive.bureau, year, key, retention=form.cleaned_data["retention"],
            position=form.cleaned_data["position"], left_out=form.cleaned_data["left_out"], actor=str(actor.user),
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("已改好，档号按新的顺序编。"))
        return redirect("archive:year", year)
    page = {"archive": archive, "piece": piece, "form": form}
    return render(request, "archive/piece.html", page, status=400 if form.errors else 200)


def _find_piece(volume: Volume, key: str) -> Piece:
    every = [*(one.piece for one in volume.placed), *volume.missing, *(piece for piece, _ in volume.left_out)]
    piece = next((one for one in every if one.key == key), None)
    if piece is None:
        raise refuse_missing(_("这一件"))
    return piece


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_year(request: HttpRequest, year: int) -> HttpResponse:
    """检查缺件: what is missing, each with the page where it is mended; then 确认封卷, once and for good."""
    actor = demand_actor(request)
    archive = find_year(actor, year)
    _demand_office(actor)
    if archive.state == YearState.SEALED and request.method != "POST":
        return redirect("archive:year", year)
    volume = read_volume(archive)
    form = SealForm(request.POST or None)
    decision = form.cleaned_data["decision"].strip() if form.is_bound and form.is_valid() else ""
    refusal = refuse_sealing(archive, volume, decision, actor.on)
    if request.method == "POST":
        if refusal is None:
            return _start_sealing(request, actor, archive, decision)
        form.add_error(None, refusal.sentence)
    asks = refusal is not None and refusal.code not in ("gaps", "sealed")
    page: dict[str, Any] = {
        "archive": archive, "volume": volume, "form": form, "obstacle": refusal.sentence if asks and refusal else "",
        "readiness": read_readiness(archive, volume),
    }  # fmt: skip
    return render(request, "archive/check.html", page, status=409 if request.method == "POST" else 200)


def _start_sealing(request: HttpRequest, actor: Actor, archive: ArchiveYear, decision: str) -> HttpResponse:
    title, href = _("归档 %(year)s 年") % {"year": archive.year}, reverse("archive:year", args=[archive.year])
    return _start(request, archive, seal, "seal", title, href, decision=decision, actor=str(actor.user))


@login_required
@require_POST
def start_preparing(request: HttpRequest, year: int) -> HttpResponse:
    """预备归档件: make the PDF/A copies in the background, so that sealing need not wait for them."""
    actor = demand_actor(request)
    archive = find_year(actor, year)
    _demand_office(actor)
    title = _("预备 %(year)s 年的归档件") % {"year": year}
    return _start(request, archive, prepare, "prepare", title, reverse("archive:check", args=[year]))


def _start(
    request: HttpRequest, archive: ArchiveYear, task: Task[..., Any], deed: str, title: str, href: str, **values: Any
) -> HttpResponse:
    assert isinstance(request.user, User)
    job = start_job(
        task, bureau_code=archive.bureau.code, user=request.user, subject=f"archive/{deed}/{archive.year}",
        title=title, href=href, at=timezone.now(), bureau_id=archive.bureau.pk, year=archive.year, **values,
    )  # fmt: skip
    return redirect("jobs:job", job.pk)


@login_required
@require_safe
def download_package(request: HttpRequest, year: int, kind: str) -> HttpResponseBase:
    """The sealed package, or the same year in another format; every download is written down."""
    actor = demand_actor(request)
    archive = find_year(actor, year)
    packager = find_packager(kind)
    path = get_package(archive.package) if archive.package else None
    if archive.state != YearState.SEALED or path is None or packager is None:
        raise refuse_missing(_("这个归档包"))
    if not path.exists():
        raise Refusal("package_gone", _("归档包的文件不在了。请从备份里恢复。"), status=404)
    record_download(archive, kind, actor=actor.user.username, at=timezone.now())
    answer = FileResponse(packager.open_package(archive, path), content_type="application/zip")
    name = f"{archive.bureau.name}{year}{packager.NAME}.zip"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
