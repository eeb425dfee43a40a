"""Conversions between files of records and other formats."""
