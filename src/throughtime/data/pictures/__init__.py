"""Pictures: where they are, and what a person sees in them.

- ``picture_files``: the pictures that a file names, in its folder and below
- ``picture``: a picture as a person sees it: upright, on white paper
"""
