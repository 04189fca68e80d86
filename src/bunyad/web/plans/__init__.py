"""Plans: what was planned, how it is changed, compared and shared."""
