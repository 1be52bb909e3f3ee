"""Several series of one kind, in one table or in several files: read to plain numbers.

- ``reading``: from a table to a panel; ``folder``: from a file for each series
- ``more``, ``future``: later files, read as the first one was; ``level``: until the same time
- ``long``, ``wide``, ``lists``: tables of any shape become one with a row for each step
- ``plan``: which columns are the time (``clock``) and say of which series a row is (``labels``)
- ``roles``, ``values``: the targets, the inputs and what does not change within a series
- ``ordered``, ``set_back``, ``frequency``, ``grid``: the times of each series
- ``build``, ``notes``, ``assembly``: the series, what is said of them, and all of it together
- ``reader``, ``dataset``: data to train on, cut by time; ``windows``: the batches
"""
