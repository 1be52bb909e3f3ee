"""Captions of pictures, in the formats in which sets of them are given away."""
