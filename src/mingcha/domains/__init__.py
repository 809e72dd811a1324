"""The domains, in the order of architecture.md 3: news travels up by event, commands go down by call."""
