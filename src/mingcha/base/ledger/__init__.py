"""Acts, seals and what proves them (操作留痕、封存与核验); architecture.md 7.

Whoever changes something leaves an act in the same transaction. A sealer numbers the acts,
extends an RFC 6962 Merkle tree over them and signs its root. Whoever alters the past is found
out by `verify`, within the limits that docs/decisions/0002-seals-not-a-chain.md states.

All hashes are SM3 (GB/T 32905), all signatures SM2 with SM3 (GB/T 32918).
"""
