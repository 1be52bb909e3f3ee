"""Kill training at every call that changes a file, and at random: the bits stay the same."""
