"""The benchmark: controllers against one another on a suite of trials."""

from experiments.benchmark.figures import (
    controller_comparison as controller_comparison,
    course_grid as course_grid,
)
from experiments.benchmark.study import STUDY as STUDY
from experiments.benchmark.suite import Suite as Suite
