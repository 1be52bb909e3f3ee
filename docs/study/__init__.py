"""Every claim of the theory put to the test: a script each, and a page that it writes."""
