"""The append-only, hash-chained record of who did what. One chain per bureau.

The database itself refuses to change or remove a row (``guard``); where somebody took the guard away, the chain shows.
"""

from __future__ import annotations

from django.db import models

from .rules import Algorithm


class Entry(models.Model):
    chain = models.CharField(max_length=32)  # the bureau's code
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)  # sign-in name, or 命令行
    verb = models.CharField(max_length=48)  # room.verb
    subject = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=8, default=Algorithm.SHA256)  # what ``hash`` was made with

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_entry_per_place_in_chain")]
        indexes = [models.Index(fields=["chain", "subject"])]
