"""Formulas in the syntax of lme4, read without running them."""
