"""The quality of data, for which its provider answers (数据质量, XA21 art. 15, 19, 20).

Scorecards per provider, table and month; returns that are followed until they are corrected;
hints that data may have been made up. Everything is counted from what `records` landed or gave
back, and every figure leads to its rows.
"""
