"""The unfolded graph: edges, cells run through time, closed loops and the readout."""
