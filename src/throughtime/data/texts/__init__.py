"""Text without columns, and so without an x, as sequences of symbols.

- ``lines``: a sequence in each line
- ``running``: all of a file as one long sequence
- ``encoding``: the symbols of a file that may be larger than memory
- ``sequences``: a data set of texts in memory, or of texts that are encoded already
"""
