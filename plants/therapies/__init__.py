"""Therapies: goals, limits and the end of life, read alike as reward, cost and metric."""

from plants.therapies.goals import Death, Goal, Limit, hinge
from plants.therapies.reward_shaping import tolerance
from plants.therapies.therapy import Therapy

__all__ = ["Death", "Goal", "Limit", "Therapy", "hinge", "tolerance"]
