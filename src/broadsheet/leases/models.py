"""Who may do a job that only one process may do at a time."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """`holder` may do the job `name` until `expires_at`; then anyone may take it over."""

    name = models.CharField(max_length=60, primary_key=True)
    holder = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
