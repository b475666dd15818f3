"""Repeated-measures analysis of variance with corrections for sphericity."""
