"""Ways to compute the states of a recursion and their gradients: one file each."""
