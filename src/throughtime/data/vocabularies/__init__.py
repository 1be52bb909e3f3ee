"""Symbols and their numbers.

- ``vocabulary``: characters, words and names
- ``byte_pairs``: bytes, and byte pairs (BPE)
- ``absent``: labels that training lacks
"""
