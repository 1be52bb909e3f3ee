"""What torch does around a call: autocast, transforms, recorded graphs, replaced parameters."""
