"""Dates and times as files have them, in numbers and in words, and the steps between them."""
