"""What torch is doing around a call: autocast, transforms of functions, graphs being recorded."""
