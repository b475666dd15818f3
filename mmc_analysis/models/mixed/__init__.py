"""Linear mixed models: likelihood, optimum, fit, predictions, intervals, many fits at once."""
