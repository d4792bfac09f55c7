"""MCP servers with a small real database, one for each flagship role, so that procedures run end to end.

Everything in them is demo data. `shuren demo NAME` starts one by hand; a pack that names one starts it by itself.
"""
