"""What comes before any format: opening a file, what its bytes are, and its text.

- ``opening``: regular files alone, unpacked (gzip, bzip2, xz), and never more than memory holds
- ``signature``: what a file is by its first bytes, whatever its name says
- ``foreign``: texts of other programs that are not read, such as HTML or SQL, by their form
- ``text_file``: the text of a file, in blocks or lines, from UTF-8, UTF-16 or UTF-32
- ``json_text``: JSON from untrusted files
"""
