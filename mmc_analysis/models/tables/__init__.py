"""The tables that every linear model of the package offers: coefficients, tests, means, contrasts, slopes."""
