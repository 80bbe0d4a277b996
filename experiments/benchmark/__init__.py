"""The benchmark: controllers against one another on a suite of trials."""

from experiments.benchmark.figures import controller_comparison, course_grid
from experiments.benchmark.job import benchmark
from experiments.benchmark.report import summary_tables
from experiments.benchmark.results import write_benchmark_results
from experiments.benchmark.suite import Suite

__all__ = [
    "Suite",
    "benchmark",
    "controller_comparison",
    "course_grid",
    "summary_tables",
    "write_benchmark_results",
]
