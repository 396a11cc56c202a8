"""Batches: one committed import, with what it changed, so that it can be undone."""

from __future__ import annotations

from django.db import models


class Batch(models.Model):
    bureau_code = models.CharField(max_length=32, db_index=True)
    kind = models.CharField(max_length=32)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)  # columns and answers used
    outcome = models.JSONField(default=dict)  # counts of 新增/更新/不变/跳过/排除
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau_code", "kind", "sha256"],
                condition=models.Q(undone_at__isnull=True),
                name="same_file_counts_once",
            ),
        ]


class Change(models.Model):
    """What a batch wrote. New rows: ``before`` is null, their ids run from ``row_id`` to ``after["last"]``.

    A changed row: its former values and its new ones. New rows that carry their batch's number are not listed.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="changes")
    model = models.CharField(max_length=48)
    row_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(default=dict)


class Upload(models.Model):
    """Files brought to a page and not committed yet; after the commit, which batches they became.

    The files lie on the shelf (``shelf.py``) under ``token`` for a day. Only who brought them opens them.
    """

    token = models.CharField(max_length=64, unique=True)
    bureau_code = models.CharField(max_length=32)
    owner = models.CharField(max_length=150)  # the account's name
    made_at = models.DateTimeField()
    files = models.JSONField(default=list)  # names
    refused = models.JSONField(default=list)  # [name, sentence] of those that could not be read
    answers = models.JSONField(default=dict)  # given so far; empty once committed, the batch keeps them
    done_at = models.DateTimeField(null=True, blank=True)
    batches = models.JSONField(default=list)  # numbers

    class Meta:
        indexes = [models.Index(fields=["bureau_code", "owner"])]


class RememberedAnswer(models.Model):
    """An answer once given (columns of a headerless file, a name for a unit), used again and shown as such."""

    bureau_code = models.CharField(max_length=32)
    question = models.CharField(max_length=200)
    answer = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau_code", "question"], name="one_answer_per_question")]
