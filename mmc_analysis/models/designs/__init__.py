"""From data and a formula to matrices: factors, coding, rank."""
