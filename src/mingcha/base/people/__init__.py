"""Organisations, regions, accounts, roles and grants (组织机构、行政区划、账号、角色、授权).

Real-name accounts in organisations in regions; department administrators manage their own people
and grant only a subset of their own rights (architecture.md 8; XA21 art. 26, 31).
"""
