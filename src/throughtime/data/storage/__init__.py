"""Values that may be larger than memory: in temporary files, in pieces.

- ``scratch``: a temporary file; ``stored``: columns of a table in it
- ``flat``: sequences one after another, without padding
"""
