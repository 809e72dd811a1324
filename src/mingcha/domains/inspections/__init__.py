"""Random inspections anyone can recompute (双随机、一公开).

The items, registers and plans of random inspection, and the public draw of objects and officers
(国发〔2019〕5号; 优化营商环境条例 art. 54). Here so far: the draw itself, as pure rules.
"""
