"""What ours is measured against that is no peer: each a file with ``NAME`` and ``measure``."""
