"""Writing a plan, whole or not at all; and taking a batch back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from shanxue.audit.actions import record_entry
from shanxue.base.errors import Refusal

from .accounting import count_file
from .checking import FilePlan, Plan
from .drafts import NOW, WRITER, Draft, Ledger, Model, resolve
from .models import Batch, Change, RememberedAnswer
from .queries import find_same_file
from .registry import open_registry
from .undoing import Undo

Progress = Callable[[str, int, int], None]  # (what is being written, done, in all)
Stamps = dict[str, Any]
ROWS_PER_QUERY = 500


def say_nothing(what: str, done: int, total: int) -> None:
    """Report no progress."""


@transaction.atomic
def commit_plan(plan: Plan, *, actor: str, at: datetime, progress: Progress = say_nothing) -> list[Batch]:
    """Write a plan with nothing open, all its files in one transaction; return one batch per file.

    Raises ``Refusal``: ``import_open`` when something is still to be settled, ``changed_since_preview`` when what the
    plan relied on has moved, ``year_closed`` when a row is of a year that is sealed. A file that is in already is left
    alone and its batch returned, so that a repeated click does nothing.
    """
    _queue_up(plan.bureau_code)
    hashes = [file.sha256 for file in plan.files]
    done = list(Batch.objects.filter(bureau_code=plan.bureau_code, undone_at=None, sha256__in=hashes))
    if plan.files and len({batch.sha256 for batch in done}) == len({file.sha256 for file in plan.files}):
        return done
    _refuse_open(plan)
    for lock in open_registry().locks:
        lock(plan.ledger)
    _refuse_moved(plan.ledger)
    open_registry().demand_open(plan.bureau_code, list_days(plan.ledger))
    batches = {
        index: _open_batch(plan, file, actor, at) for index, file in enumerate(plan.files) if file.same_as is None
    }
    write_ledger(plan.ledger, batches, {NOW: at, WRITER: actor}, progress)
    for batch in batches.values():
        record_entry(
            chain=plan.bureau_code,
            actor=actor,
            at=at,
            verb="intake.import",
            subject=f"批次 {batch.id}",
            detail={"file": batch.file_name, "sha256": batch.sha256, "kind": batch.kind, **batch.outcome},
        )
    return [*done, *batches.values()]


@transaction.atomic
def commit_ledger(ledger: Ledger, batch: Batch, *, outcome: dict[str, int]) -> Batch:
    """Write what one file of a room's own kind (a question bank) brought; ``batch`` is not stored yet.

    A file that is in already changes nothing: its former batch is returned. Raises ``changed_since_preview``.
    """
    _queue_up(batch.bureau_code)
    done = find_same_file(batch.bureau_code, batch.kind, batch.sha256)
    if done is not None:
        return done
    _refuse_moved(ledger)
    batch.outcome = outcome
    batch.save(force_insert=True)
    write_ledger(ledger, {0: batch}, {NOW: batch.at, WRITER: batch.actor}, say_nothing)
    record_entry(
        chain=batch.bureau_code,
        actor=batch.actor,
        at=batch.at,
        verb="intake.import",
        subject=f"批次 {batch.id}",
        detail={"file": batch.file_name, "sha256": batch.sha256, "kind": batch.kind, **outcome},
    )
    return batch


def _queue_up(bureau_code: str) -> None:
    """Let one import of a bureau commit at a time (SQLite has one writer anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"intake:{bureau_code}"])


def _refuse_open(plan: Plan) -> None:
    if plan.is_open:
        raise Refusal("import_open", f"还有 {plan.open_count} 处要处理，处理完才能导入。", status=409)


def list_days(ledger: Ledger) -> set[date]:
    """The days of which records would be made or changed."""
    touched: dict[Model, list[Draft]] = {model: list(rows) for model, rows in ledger.created.items()}
    for edit in ledger.edits.values():
        touched.setdefault(edit.draft.model, []).append(edit.draft)
    former = {day for edit in ledger.edits.values() if isinstance(day := edit.before.get("on"), date)}
    return former | _list_days_of(touched)


def _list_days_of(touched: Mapping[Model, list[Draft]]) -> set[date]:
    tell = open_registry().days
    return {day for model, rows in touched.items() for day in tell.get(model, _list_own_days)(rows)}


def _list_own_days(rows: list[Draft]) -> set[date]:
    return {day for row in rows if isinstance(day := row.values.get("on"), date)}


def _refuse_moved(ledger: Ledger) -> None:
    people, others = ledger.count_moved()
    if people:
        raise Refusal(
            "changed_since_preview", f"预览之后有 {people} 人被改动，请重新检查（已保留你的选择）。", status=409
        )
    if others:
        raise Refusal(
            "changed_since_preview", f"预览之后有 {others} 处记录被改动，请重新检查（已保留你的选择）。", status=409
        )


def _open_batch(plan: Plan, file: FilePlan, actor: str, at: datetime) -> Batch:
    return Batch.objects.create(
        bureau_code=plan.bureau_code,
        kind=next((table.kind.code for table in file.tables), ""),
        file_name=file.name[-255:],
        sha256=file.sha256,
        at=at,
        actor=actor,
        mapping={
            "tables": [
                {"sheet": table.sheet, "kind": table.kind.code, "columns": table.table.columns} for table in file.tables
            ],
            "answers": {key: plan.answers[key] for key in sorted(plan.answers.used)},
        },
        outcome=count_file(file).write(),
    )


def write_ledger(ledger: Ledger, batches: dict[int, Batch], stamps: Stamps, progress: Progress) -> None:
    """Write every new and changed row, in the order of the rooms, and what is needed to take them back."""
    registry = open_registry()
    total = sum(map(len, ledger.created.values())) + len(ledger.edits)
    done = 0
    for model in _list_models():
        made = ledger.created.get(model, [])
        _create_rows(model, made, batches, stamps)
        if made and model in registry.after:
            registry.after[model](made)
        done += len(made)
        progress("写入记录", done, total)
    _update_rows(ledger, stamps)
    _record_changes(ledger, batches, stamps)
    progress("写入记录", total, total)


def _create_rows(model: Model, made: list[Draft], batches: dict[int, Batch], stamps: Stamps) -> None:
    """Insert rows whose references have ids; rows that refer to rows of their own table come after those."""
    own = [f.attname for f in model._meta.concrete_fields if f.related_model is model]
    keeps_batch = _keeps_batch(model)
    waiting = made
    while waiting:
        ready = [draft for draft in waiting if not any(_is_unwritten(draft.values.get(name)) for name in own)]
        rows = []
        for draft in ready:
            values = resolve(draft.values, stamps)
            if keeps_batch:
                values["batch_id"] = batches[draft.source].id
            rows.append(model(**values))
        written = model._default_manager.bulk_create(rows, batch_size=ROWS_PER_QUERY)
        for draft, row in zip(ready, written, strict=True):
            draft.id = row.pk
        waiting = [draft for draft in waiting if draft.id is None]


def _is_unwritten(value: Any) -> bool:
    return isinstance(value, Draft) and value.id is None


def _list_models() -> tuple[Model, ...]:
    """Every table an import may write, in writing order."""
    return (*open_registry().models, RememberedAnswer)


def _keeps_batch(model: Model) -> bool:
    return any(f.attname == "batch_id" for f in model._meta.concrete_fields)


def _update_rows(ledger: Ledger, stamps: Stamps) -> None:
    """Write changed columns, one statement per set of columns and some hundred rows."""
    columns: dict[Draft, set[str]] = {}
    for edit in ledger.edits.values():
        columns.setdefault(edit.draft, set()).update(edit.before)
    groups: dict[tuple[Model, tuple[str, ...]], list[models.Model]] = {}
    for draft, names in columns.items():
        fields = tuple(sorted(names))
        row = draft.model(id=draft.id, **resolve({name: draft.values[name] for name in fields}, stamps))
        groups.setdefault((draft.model, fields), []).append(row)
    for (model, fields), rows in groups.items():
        model._default_manager.bulk_update(
            rows, [_name_field(model, name) for name in fields], batch_size=ROWS_PER_QUERY
        )


def _name_field(model: Model, column: str) -> str:
    return next(f.name for f in model._meta.concrete_fields if f.attname == column)


def _record_changes(ledger: Ledger, batches: dict[int, Batch], stamps: Stamps) -> None:
    """Keep what undo needs. New rows are kept as runs of ids; those that carry their batch's number not at all."""
    rows = [
        Change(batch=batches[source], model=model._meta.label, row_id=first, before=None, after={"last": last})
        for model, made in ledger.created.items()
        if not _keeps_batch(model)
        for source, first, last in _list_runs(made)
    ]
    rows += [
        Change(
            batch=batches[edit.source],
            model=edit.draft.model._meta.label,
            row_id=edit.draft.id or 0,
            before=_freeze(resolve(edit.before, stamps)),
            after=_freeze(resolve({name: edit.draft.values[name] for name in edit.before}, stamps)),
        )
        for edit in ledger.edits.values()
    ]
    Change.objects.bulk_create(rows, batch_size=ROWS_PER_QUERY)


def _list_runs(made: list[Draft]) -> list[tuple[int, int, int]]:
    """List the new rows' ids as runs without gaps: (file, first, last)."""
    runs: list[tuple[int, int, int]] = []
    for source, number in sorted((draft.source, draft.id or 0) for draft in made):
        if runs and runs[-1][0] == source and runs[-1][2] == number - 1:
            runs[-1] = (source, runs[-1][1], number)
        else:
            runs.append((source, number, number))
    return runs


def _freeze(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date | time) else value for name, value in values.items()}


@transaction.atomic
def undo_batch(batch: Batch, *, actor: str, at: datetime) -> list[str]:
    """Put everything back as it was before a batch: its new rows go, its changed rows get their former values.

    Gives in words what could not be put back: a place booked by somebody else meanwhile. Raises ``Refusal`` when it was
    undone already (``batch_undone``), later work rests on it (``batch_in_use``, ``batch_counted``) or its year is
    sealed (``year_closed``).
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at is not None:
        raise Refusal("batch_undone", f"批次 {batch.id} 已经撤销过。", status=409)
    undo = _lay_out(batch, actor=actor, at=at)
    for model, ids in undo.made:
        _refuse_used(batch, model, ids, undo.made)
    for change in undo.changes:
        apps.get_model(change.model)._default_manager.filter(pk=change.row_id).update(**(change.before or {}))
    for model, ids in undo.made:
        for part in _cut(ids):
            model._default_manager.filter(pk__in=part)._raw_delete("default")
    batch.undone_at, batch.undone_by = at, actor[:64]
    batch.save(update_fields=["undone_at", "undone_by"])
    record_entry(
        chain=batch.bureau_code,
        actor=actor,
        at=at,
        verb="intake.undo",
        subject=f"批次 {batch.id}",
        detail={"file": batch.file_name} | ({"not_restored": undo.told} if undo.told else {}),
    )
    return undo.told


def _lay_out(batch: Batch, *, actor: str, at: datetime) -> Undo:
    """Say what would go and change, once no later import, no sealed year and no room objects."""
    changes = list(batch.changes.order_by("-id"))
    _refuse_overwritten(batch, changes)
    undo = Undo(batch, _list_made(batch, changes), [one for one in changes if one.before is not None])
    registry = open_registry()
    undo.days = _list_undone_days(changes, undo.made)
    registry.demand_open(batch.bureau_code, undo.days)
    for look in registry.on_undo:
        look(undo, at, actor)
    return undo


def _list_undone_days(changes: Iterable[Change], made: Iterable[tuple[Model, list[int]]]) -> set[date]:
    """The days of the rows that would go or change, and those on which changed rows would be again."""
    changed: dict[Model, list[int]] = {}
    days = set()
    for change in changes:
        if change.before is not None:
            changed.setdefault(apps.get_model(change.model), []).append(change.row_id)
            days |= {date.fromisoformat(day) for day in [change.before.get("on")] if day}
    for model, ids in [*made, *changed.items()]:
        for part in _cut(ids):
            rows = [Draft(model, row) for row in model._default_manager.filter(pk__in=part).values()]
            days |= _list_days_of({model: rows})
    return days


def _list_made(batch: Batch, changes: Iterable[Change]) -> list[tuple[Model, list[int]]]:
    """List the batch's new rows by table, those that refer to others first."""
    ids: dict[str, list[int]] = {}
    for change in changes:
        if change.before is None:
            ids.setdefault(change.model, []).extend(range(change.row_id, change.after["last"] + 1))
    made: list[tuple[Model, list[int]]] = []
    for model in reversed(_list_models()):
        if _keeps_batch(model):
            rows = list(model._default_manager.filter(batch_id=batch.id).values_list("pk", flat=True))
        else:
            rows = sorted(ids.get(model._meta.label, []), reverse=True)
        if rows:
            made.append((model, rows))
    return made


def _refuse_overwritten(batch: Batch, changes: Iterable[Change]) -> None:
    touched: dict[str, list[tuple[int, int]]] = {}
    for change in changes:
        last = change.after["last"] if change.before is None else change.row_id
        touched.setdefault(change.model, []).append((change.row_id, last))
    later = Change.objects.filter(batch_id__gt=batch.id, batch__bureau_code=batch.bureau_code, batch__undone_at=None)
    for model, row_id, number in later.filter(before__isnull=False).values_list("model", "row_id", "batch_id"):
        if any(first <= row_id <= last for first, last in touched.get(model, ())):
            raise Refusal("batch_in_use", f"批次 {number} 改动了同样的记录，请先撤销批次 {number}。", status=409)


def _refuse_used(batch: Batch, model: Model, ids: list[int], made: list[tuple[Model, list[int]]]) -> None:
    """Refuse when a row that stays refers to a row that would go."""
    going = {gone: set(rows) for gone, rows in made}
    for relation in model._meta.related_objects:
        other = relation.related_model
        if not relation.field.concrete or isinstance(other, str):
            continue
        gone = going.get(other, set())
        for part in _cut(ids):
            users = other._default_manager.filter(**{f"{relation.field.name}__in": part}).values_list("pk", flat=True)
            count = sum(1 for pk in users if pk not in gone)
            if count:
                raise Refusal(
                    "batch_in_use",
                    f"批次 {batch.id} 的数据已被后来的 {count} 条记录用到，不能撤销。请先撤销后来的批次。",
                    status=409,
                )


def _cut(ids: list[int]) -> Iterable[list[int]]:
    return (ids[start : start + ROWS_PER_QUERY] for start in range(0, len(ids), ROWS_PER_QUERY))
