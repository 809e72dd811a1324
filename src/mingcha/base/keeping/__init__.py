"""How long traces of work are kept (保留期限): dated rules, and what lies beyond them goes at night.

Only what has served its purpose and says nothing that must be kept: never acts, facts, files,
decisions or what a law orders kept. Whoever writes such traces says here how they go.
"""
