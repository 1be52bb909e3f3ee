"""The claims, one script each."""
