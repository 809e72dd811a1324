"""Events (事件): what has happened, told upwards; reactions are what somebody does about it.

A domain announces in the transaction of the deed; each registered reaction becomes a job that is
committed with the deed or not at all. Downwards one calls; upwards one reacts. What must be true at
once is a call, not an event.
"""
