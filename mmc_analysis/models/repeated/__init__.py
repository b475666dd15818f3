"""Marginal models for repeated measures: covariance structures, likelihood, optimum, fit."""
