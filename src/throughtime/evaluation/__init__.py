"""What a model is worth: likelihood, metrics with intervals, and simple baselines beside it."""
