"""Looks into any GLB or VRM: what it holds, what Shuren can do with it, and the rig.json that drives it."""
