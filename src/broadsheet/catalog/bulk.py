"""Inserting many rows of one table without making an object of each, which takes the database layer ten times as long.

The statements are the same on SQLite and PostgreSQL. No signals are sent and no keys come back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

# Fields whose Python values the database takes as they are.
_PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
    models.BinaryField,
)


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: str = "",
    update: Collection[str] = (),
) -> None:
    """Insert `rows`, whose values stand in the order of the fields `names`; a foreign key is given by its value.

    With `unique` (a field), a row that meets one with its value there writes the fields `update` over the other's.
    """
    fields: dict[str, models.Field[Any, Any]] = {field.name: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = {name: quote(str(fields[name].column)) for name in names}
    sql = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns.values())})"  # noqa: S608 -- names of ours
        f" VALUES ({', '.join(['%s'] * len(columns))})"
    )
    if unique:
        taken = ", ".join(f"{columns[name]} = EXCLUDED.{columns[name]}" for name in update)
        sql += f" ON CONFLICT ({columns[unique]}) DO UPDATE SET {taken}"
    prepare = {
        index: _preparation(fields[name]) for index, name in enumerate(names) if not isinstance(fields[name], _PLAIN)
    }
    values = [_prepared(row, prepare) for row in rows] if prepare else list(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)


def keys_for(model: type[models.Model], count: int) -> list[int]:
    """Keys for `count` rows about to be inserted with them, such as the database itself would have given.

    For who is the only writer of the table in this transaction: on SQLite the transaction must have begun for writing.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, count])
            return [int(key) for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return list(range(first, first + count))


def _preparation(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """From a Python value of the field to what the database takes. Days, moments and small objects come again and
    again, and are worked out once.
    """
    plain = partial(field.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])
    if isinstance(field, models.JSONField):
        known: dict[tuple[Any, ...], Any] = {}

        def of_object(value: dict[str, str]) -> Any:
            items = tuple(value.items())
            if items not in known:
                known[items] = plain(value)
            return known[items]

        return of_object
    return cache(plain) if isinstance(field, models.DateField) else plain


def _prepared(row: Sequence[Any], prepare: Mapping[int, Callable[[Any], Any]]) -> list[Any]:
    values = list(row)
    for index, as_stored in prepare.items():
        values[index] = as_stored(values[index])
    return values
