"""Numbers as files have them.

- ``number``: numbers as programs write them, such as 1.5e3
- ``numeral``: one number as people write it, with its marks, sign and unit: 1.234,50 €
- ``notation``: the one way in which a column writes its numbers
- ``survey``: a first pass over a column, which counts numbers, codes and empty values
"""
