"""A model on a GPU: the CPU's numbers, and times beside torch.nn's cuDNN modules."""
