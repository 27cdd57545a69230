"""What the catalog tells the packages above it, which it does not know."""

from django.dispatch import Signal

# Sent inside the transaction that changes papers, with `ids`: a list of Paper primary keys that were made, changed or
# deleted.
# Receivers may write to the database (their rows commit or vanish with the change) and must not do anything else.
papers_changed = Signal()
