"""What is remembered of searches that found no beat."""

import numpy as np

from controllers.tracking.model import N_PATIENT
from controllers.tracking.model.failed_searches import FailedSearches

HERE, INPUTS = np.zeros(N_PATIENT), np.array([0.0, 0.0, 12.0])


def test_a_failure_is_remembered_nearby_until_a_search_succeeds():
    searches = FailedSearches(4)
    searches.record("P-9", HERE, INPUTS, 0.0, "no beat")
    assert searches.reason("P-9", HERE, INPUTS, 0.0) == "no beat"
    assert searches.reason("P-8", HERE, INPUTS, 0.0) == ""
    assert searches.reason("P-9", HERE + 1.0, INPUTS, 0.0) == ""
    searches.forget("P-9")
    assert searches.reason("P-9", HERE, INPUTS, 0.0) == ""


def test_a_search_from_nearer_by_is_tried_again():
    searches = FailedSearches(4)
    searches.record("P-9", HERE, INPUTS, 2000.0, "no beat")
    assert searches.reason("P-9", HERE, INPUTS, 3000.0) == "no beat"
    assert searches.reason("P-9", HERE, INPUTS, 1000.0) == ""


def test_a_search_from_rest_that_failed_counts_for_as_long_as_there_are_slopes():
    searches = FailedSearches(4)
    searches.record_from_rest("P-9")
    searches.forget("P-9")  # A search from near by has succeeded: from rest none would.
    assert searches.failed_from_rest("P-9")
    assert not searches.failed_from_rest("P-8")
    searches.forget_from_rest("P-9")
    assert not searches.failed_from_rest("P-9")
