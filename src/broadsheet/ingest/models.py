"""What came in from where: the inputs, and the pieces of them that could not be read."""

from __future__ import annotations

from django.db import models


class Input(models.Model):
    """A file that was taken in, known by its content; a copy under another name is the same input."""

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
