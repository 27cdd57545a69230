"""What came in from where: the inputs, and the pieces of them that could not be read; and of harvested sources how far
each of them is, what they announced, and what the owner was told.
"""

from __future__ import annotations

from django.db import models


class Input(models.Model):
    """A file that was taken in, known by its content; a copy under another name is the same input. A harvested page of
    which a piece could not be read is kept as an input too.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)  # the last file name it came under, without its folder
    size = models.BigIntegerField()
    format = models.CharField(max_length=40)
    # The day a saved page was saved, decided once; `captured_by` is "header" (worked out) or "owner" (--captured-on).
    captured_on = models.DateField(null=True)
    captured_by = models.CharField(max_length=10, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    complete = models.BooleanField(default=False)  # False while it is read, and after a run that was cut off
    read = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    merged = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)

    def catalogued(self) -> bool:
        """Whether an earlier pass over the same content brought papers in."""
        return bool(self.new or self.updated)


class Quarantined(models.Model):
    """A piece of an input that could not be read, kept with its place and the reason so that nothing is lost in
    silence.
    """

    input = models.ForeignKey(Input, models.CASCADE, related_name="quarantine")
    offset = models.BigIntegerField()
    length = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    head = models.BinaryField()  # 64 KiB at most
    reason = models.TextField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["input", "offset"], name="quarantined_once")]


class HostGate(models.Model):
    """The pace at which a source's hosts are asked, shared by all processes. With SQLite it stands in the site's file,
    where no long write keeps it waiting.
    """

    name = models.CharField(max_length=100, primary_key=True)
    free_at = models.DateTimeField()  # nobody asks before
    holder = models.CharField(max_length=120, blank=True)  # who asks at the moment, until `held_until` at the latest
    held_until = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)  # one after the other
    open_until = models.DateTimeField(null=True)  # the circuit breaker: nobody asks before


class SourceState(models.Model):
    """How a harvested source is doing."""

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField(null=True)  # when the worker harvests it next; None: at once
    started_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # the last time an answer of it was read
    succeeded_at = models.DateTimeField(null=True)  # the last time a harvest ended with all of it
    failed_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)  # harvests that failed since the last that ended well
    error = models.TextField(blank=True)  # why the last harvest failed, a sentence; "" when it did not
    error_kind = models.CharField(max_length=20, blank=True)
    records = models.PositiveBigIntegerField(default=0)  # read in all harvests


class Cursor(models.Model):
    """How far a stream of a source is. Moves only in the transaction that stores what it has passed."""

    source = models.CharField(max_length=40)
    stream = models.CharField(max_length=400, blank=True)
    span = models.CharField(
        max_length=24, blank=True
    )  # "2024-01-01..2024-01-31"; "" for the walk that goes on for ever
    mark = models.JSONField(default=dict)  # the source's own; where the next walk begins
    pending = models.JSONField(null=True)  # the request that comes next in a walk that has begun
    pending_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)  # when a walk ended last, with all of it
    pages = models.PositiveBigIntegerField(default=0)
    step = models.PositiveBigIntegerField(default=0)  # counts moves; who finds another number than it read gives way

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "stream", "span"], name="cursor_once")]


class Validator(models.Model):
    """What a server said of the state of an address (ETag, Last-Modified), stored with what was read there."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256 over the source's name and the address
    etag = models.CharField(max_length=400, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    seen_at = models.DateTimeField()


class AskedAbout(models.Model):
    """When a source was last asked about something that is here."""

    source = models.CharField(max_length=40)
    target = models.CharField(max_length=320)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="asked_about_once")]


class Batch(models.Model):
    """A dated listing of a source: what it announced as new in one category on one day. The counts are worked out anew
    whenever the ledger is reconciled.
    """

    source = models.CharField(max_length=40)
    category = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    built = models.CharField(max_length=60, blank=True)  # when the source made it, in its own words
    newest = models.CharField(max_length=320, blank=True)  # the greatest id in it
    seen_at = models.DateTimeField()  # when it was first seen whole or in part
    stale = models.BooleanField(default=False)  # it only repeats the one before
    announced = models.PositiveIntegerField(default=0)
    harvested = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    extra = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "category", "day"], name="batch_once")]
        indexes = [models.Index(fields=["day"], name="batch_day")]

    @property
    def missing(self) -> int:
        """Announced and not in the catalog."""
        return self.announced - self.harvested


class AnnouncedId(models.Model):
    """One id that a batch named."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="ids", db_index=False)
    value = models.CharField(max_length=320)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "value"], name="announced_once")]


class Alert(models.Model):
    """Something that the owner is told: on a banner while it holds, and by mail once."""

    STALE, SHORT, FAILING = "stale", "short", "failing"

    source = models.CharField(max_length=40)
    category = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    kind = models.CharField(max_length=10)
    detail = models.TextField()  # a sentence
    opened_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "category", "day", "kind"], name="alert_once")]
