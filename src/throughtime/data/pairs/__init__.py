"""From a table to pairs (x, y): which columns they are, in which parts, and as tensors."""
