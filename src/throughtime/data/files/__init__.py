"""What comes before any format: opening a file, what its bytes are, and its text."""
