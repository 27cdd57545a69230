"""The catalog's tables. Records are the truth; papers, authors, identifiers, listings and cards are worked out from
them.
"""

from __future__ import annotations

from django.db import models


class Paper(models.Model):
    """One paper: its address, and the columns that are filtered and sorted by. Everything shown about it stands in
    its Card.
    """

    public_id = models.CharField(max_length=320, unique=True)
    date = models.DateField(null=True, db_index=True)
    date_precision = models.CharField(max_length=5, default="day")
    author_count = models.PositiveIntegerField(null=True)
    # {"title": "arxiv", "date": "saved-page", …}: which source's record won each field.
    winners = models.JSONField(default=dict)
    first_seen = models.DateTimeField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id


class PublicId(models.Model):
    """Every id a paper was ever addressed by; old ones redirect."""

    value = models.CharField(max_length=320, primary_key=True)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="public_ids")


class Card(models.Model):
    """All that a list, a card or a JSON view shows of a paper, as ready JSON (`catalog.cards`), rewritten whenever
    the paper changes.
    """

    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True)
    json = models.TextField()


class Author(models.Model):
    """A name on a paper, in the paper's order (from 0)."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="authors", db_index=False)
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="author_position")]


class Identifier(models.Model):
    """A name of a paper in somebody's scheme. It leads to the one paper that owns it; others may claim it too
    (`owned` False).
    """

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=300)
    owned = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"], condition=models.Q(owned=True), name="identifier_owned_once"
            ),
            models.UniqueConstraint(fields=["scheme", "value", "paper"], name="identifier_claimed_once"),
        ]


class Link(models.Model):
    """An address given with a paper, or found in its abstract."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="links", db_index=False)
    position = models.PositiveIntegerField()
    url = models.CharField(max_length=2000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="link_position")]


class Category(models.Model):
    """A subject a source put the paper in, such as `cs.CL`; the first is the primary one."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="categories", db_index=False)
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="category_position")]


class Record(models.Model):
    """What a source said of a paper, word for word. Never changed and never deleted; only `paper` moves when identity
    is decided again.
    """

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=320)
    digest = models.BinaryField(max_length=32)
    # The first 8 bytes of SHA-256 over the normalised title, as a signed integer: finds records of equal title
    # through a small index.
    title_hash = models.BigIntegerField(db_index=True)
    # zlib over the canonical JSON of SourceRecord.payload().
    raw = models.BinaryField()
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="records")
    # The ingest.Input that brought it first; the catalog does not look inside.
    origin = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id", "digest"], name="record_once")]


class Verdict(models.Model):
    """The owner's word that two records speak of one paper (`same`) or of two. It holds whatever else comes in; only
    two different arXiv ids it cannot join.
    """

    one = models.ForeignKey(Record, models.CASCADE, related_name="+")
    other = models.ForeignKey(Record, models.CASCADE, related_name="+")
    same = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="verdict_once")]


class IdentityChange(models.Model):
    """Papers that were apart and became one ("merged"), or were one and became two ("parted"), and why."""

    MERGED, PARTED = "merged", "parted"

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="identity_changes")
    kind = models.CharField(max_length=6)
    other = models.CharField(max_length=320)  # the address of the other paper at that time
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(db_index=True)


class ListedPage(models.Model):
    """A source's page of one day. `key` names it within the source; for a saved page that is the file's SHA-256."""

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="listed_page_once")]


class Listing(models.Model):
    """A paper stood on a page, at a position (from 1), with the counts shown there; None where the page gave none."""

    page = models.ForeignKey(ListedPage, models.CASCADE, related_name="listings", db_index=False)
    position = models.PositiveIntegerField()
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="listings")
    record = models.OneToOneField(Record, models.CASCADE, related_name="listing")
    comments = models.PositiveIntegerField(null=True)
    upvotes = models.PositiveIntegerField(null=True)
    observed_at = models.DateTimeField(null=True)  # of the counts; None where they were saved with the page

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "position", "record"], name="listing_once")]
