"""Seeing inside a running service: metrics, traces, health, and watchdogs over sessions and the event loop.

One `Observing` belongs to one application. A session is watched from outside, by its events and by what the organs
tell `models.telemetry`; nothing here decides about a conversation, and nothing here ever holds what people said.
"""
