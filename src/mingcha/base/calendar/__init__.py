"""Working days (工作日) of the People's Republic: the State Council's yearly notice, editable.

A clock in working days is recomputed from here; days are Asia/Shanghai dates. For a year whose
notice is not out yet, weekends are assumed free and the answer is marked provisional.
"""
