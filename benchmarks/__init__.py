"""Measuring: how fast this library is beside its peers, and what it learns from real data."""
