"""Writing who is where, who may do what, and which account is whose."""

from __future__ import annotations

from .grants import end_grant, grant_power, link_account

__all__ = ["end_grant", "grant_power", "link_account"]
