"""Pictures: where they are, and what a person sees in them."""
