"""Faults put into a running service: what survives, and whether anything it had confirmed is lost.

The service, its sessions, sockets, database and language-model clients are the real ones. Ears, voice and small talk
are scripted, since weights decide nothing here; so all of it takes seconds.
"""
