"""Forecasts of series beside those of the libraries people use: same splits, same metrics."""
