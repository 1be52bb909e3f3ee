"""What torch can make of ours, and of its own: every way of recording a module, tried."""
