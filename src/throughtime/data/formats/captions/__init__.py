"""Captions of pictures, in the formats of well-known sets.

- ``captions``: which of the formats a file has
- ``coco``: one JSON object with ``images`` and ``annotations``
- ``flickr``: ``a.jpg#0``, a tab and a caption in each line
"""
