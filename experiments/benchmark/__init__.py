"""The benchmark: controllers against one another on a suite of trials."""

from experiments.benchmark.figures import controller_comparison, course_grid
from experiments.benchmark.study import STUDY, BenchmarkSettings
from experiments.benchmark.suite import Suite

__all__ = ["STUDY", "BenchmarkSettings", "Suite", "controller_comparison", "course_grid"]
