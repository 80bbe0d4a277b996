"""Weaning from a left pump: criteria, step policies and the state machine that uses them."""
