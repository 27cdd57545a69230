"""Broadsheet: the daily papers of any research field, on your own machine."""

__version__ = "0.1.0"
