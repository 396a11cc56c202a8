"""Who can sign in. What they may see is a grant (room orgs)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account. The sign-in name is the staff number; no e-mail or phone is asked for."""

    first_name = last_name = email = None  # type: ignore[assignment]
    display_name = models.CharField(max_length=64, blank=True)
    large_type = models.BooleanField(default=False)  # 大字版
    must_change_password = models.BooleanField(default=False)  # somebody else chose it: good for one sign-in

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.display_name or self.username
