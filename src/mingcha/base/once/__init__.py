"""A deed asked for twice is done once (幂等键): `Idempotency-Key`, as the IETF draft has it.

A machine that got no answer does not know whether it was heard. It asks again under the same key
and gets the answer of the first time; nothing is done again.
"""
