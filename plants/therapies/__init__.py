"""Therapies: goals, limits and the end of life, read alike as reward, cost and metric."""

from plants.therapies.goals import (
    Death as Death,
    Goal as Goal,
    Limit as Limit,
    cost_root as cost_root,
    hinge as hinge,
)
from plants.therapies.reward_shaping import tolerance as tolerance
from plants.therapies.therapy import EFFORT as EFFORT, Therapy as Therapy
