"""The catalogue of supervision items and checklists (监管事项目录清单、检查实施清单).

An act may be done only under an item in force on its day for that body and level (XA21 art. 8).
Here: what intake needs, that is items and checklists with their dates, taken in from files.
"""
