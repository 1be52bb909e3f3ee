"""Real data that installed packages carry, and one equation: nothing is downloaded."""
