"""Parties (监管对象): one register of every kind of object that is supervised, one row per entity.

Enterprises, people, equipment, food, medicines, cosmetics, instruments, premises, organisations and
the rest: the eleven kinds of the national code table 监管行为监管对象类型.
"""
