"""Writes to accounts."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from broadsheet.accounts.models import User, fold_email


class AccountRefused(ValueError):
    """The account can't be made; the text says why."""


def create_owner(*, email: str, password: str) -> User:
    """Make an owner (a superuser). Raises AccountRefused for a bad address, a weak password or a taken address."""
    email = fold_email(email)
    try:
        validate_email(email)
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            return User.objects.create_superuser(email, password)
    except IntegrityError as error:
        raise AccountRefused(f"{email} has an account already.") from error
