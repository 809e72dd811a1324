"""Random inspections anyone can recompute (双随机、一公开).

The items, registers and plans of random inspection, and the public draw of objects and officers
(国发〔2019〕5号; 优化营商环境条例 art. 54); what officers find, and what follows from it. A draw goes
through four hands: `rules` decide, `services` do it in one transaction, `queries` show it, and
`static/inspections/verify_draw.py` lets anybody recompute it.
"""
