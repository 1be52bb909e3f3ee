"""Numbers as files have them: one number, how a column writes them, and what it shows."""
