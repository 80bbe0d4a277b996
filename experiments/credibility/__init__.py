"""How far the plant is to be believed: the page of the validation, from the reference results."""

from experiments.credibility.page import validation_page as validation_page
