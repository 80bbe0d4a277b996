"""Closed-loop weaning: courses of virtual patients, their oracle, scores, figures and studies."""
