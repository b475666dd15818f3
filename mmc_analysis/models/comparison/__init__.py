"""Nested models against each other."""
