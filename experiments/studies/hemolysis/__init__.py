"""The hemolysis study: how far the published power laws disagree, absolutely and anchored."""

from experiments.studies.hemolysis.study import STUDY as STUDY
