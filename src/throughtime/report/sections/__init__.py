"""The sections of a page, each of which says for what runs it is there."""
