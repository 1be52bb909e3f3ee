"""A user's step, captured as a graph, divided, and translated into programs for the engine."""
