"""Dates and times as files have them.

- ``times``: a column as times, whatever its form
- ``written_times``: dates and times in texts, by formats such as %d/%m/%Y
- ``month_names``: names of months and weekdays, in English and other languages
- ``periods``: quarters, weeks, seasons and spans, which are taken as their beginnings
- ``steps``: the steps between times
- ``step``: the one step of a grid of times, by ``aliases`` as pandas calls them
- ``zones``: times in a zone, and in UTC
"""
