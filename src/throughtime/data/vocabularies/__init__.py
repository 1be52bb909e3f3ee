"""Symbols and their numbers: characters, words, names, bytes; and labels that training lacks."""
