"""Pure rules of the catalogue: what a row says, which days a version holds, how two texts differ."""
