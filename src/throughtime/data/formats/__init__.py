"""People's own files: what they hold, a kind of file each, and how columns become x and y."""
