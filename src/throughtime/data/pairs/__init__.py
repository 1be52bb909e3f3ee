"""From a table to pairs (x, y).

- ``columns``: the whole way, from a table to a data set
- ``roles``: which columns are x and y, and of which kinds
- ``several``: whether each row has several labels, such as a|b
- ``parts``: the division into training, validation and test; ``stratified``: by classes
- ``encoding``: the rows as tensors
- ``alignment``: whether y has a value for each step of x
- ``understood``: how the file was understood, in a line for each column
"""
