"""Tests of effect sizes."""
