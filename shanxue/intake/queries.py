"""Reading batches of one bureau."""

from __future__ import annotations

from shanxue.base.errors import refuse_missing

from .models import Batch


def list_batches(bureau_code: str, count: int | None = None) -> list[Batch]:
    """List a bureau's batches without their mappings, newest first; ``count``: no more than that."""
    return list(Batch.objects.filter(bureau_code=bureau_code).defer("mapping").order_by("-id")[:count])


def get_batch(bureau_code: str, number: int) -> Batch:
    batch = Batch.objects.filter(bureau_code=bureau_code, pk=number).first()
    if batch is None:
        raise refuse_missing(f"批次 {number}")
    return batch


def find_same_file(bureau_code: str, kind: str, sha256: str) -> Batch | None:
    """Find the batch that brought a file of the same content and was not undone."""
    return Batch.objects.filter(bureau_code=bureau_code, kind=kind, sha256=sha256, undone_at=None).first()
