"""Procedures: what a role does step by step, declared in the pack's flows/*.yaml and run without a language model."""
