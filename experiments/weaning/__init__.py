"""Weaning jobs: a course, a coronary intervention, and the study on a cohort."""
