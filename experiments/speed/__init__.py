"""Speed: the plant side by side with other ways to do the same work."""

from experiments.speed.study import STUDY as STUDY
