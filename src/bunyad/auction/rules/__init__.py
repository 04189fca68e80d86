"""The rules of an auction as data."""
