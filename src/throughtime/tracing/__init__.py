"""A user's step, captured, divided, and lowered to a program over rows for the engine."""
