"""The arithmetic of the recovery tracker against textbook formulas."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import chi2

from controllers.tracking.filter import (
    Consistency,
    Gaussian,
    Linearised,
    MeasurementUpdate,
    mixture_moments,
    sigma_points,
    triangular,
)
from controllers.tracking.filter.square_root_filter import (
    chi_square_quantile,
    corrected,
    divided_differences,
)
from controllers.tracking.model import STATE_INDEX, StateSpace
from controllers.tracking.model.batch import from_blocks, to_blocks
from controllers.tracking.model.tracked_quantities import TREND
from controllers.tracking.valve_hypotheses import Hypothesis, mix, update_weights

SEEDS = st.integers(0, 2**32 - 1)


def some_gaussian(generator, n):
    return Gaussian(generator.normal(size=n), triangular(generator.normal(size=(n, n + 2))))


def covariance(estimate):
    return estimate.root @ estimate.root.T


def hypotheses(generator, weights, n=3):
    return [
        Hypothesis(leaks=bool(i), weight=w, estimate=some_gaussian(generator, n), predictor=None)
        for i, w in enumerate(weights)
    ]


@given(SEEDS)
def test_a_root_of_columns_keeps_their_covariance(seed):
    columns = np.random.default_rng(seed).normal(size=(4, 7))
    root = triangular(columns)
    assert np.allclose(root @ root.T, columns @ columns.T)
    assert np.allclose(root, np.tril(root))
    assert np.all(np.diag(root) >= 0.0)


@given(SEEDS)
def test_moments_of_a_linear_function_are_exact(seed):
    generator = np.random.default_rng(seed)
    estimate, slope = some_gaussian(generator, 4), generator.normal(size=(3, 4))
    mean, first, second = divided_differences(sigma_points(estimate, 4) @ slope.T)
    assert np.allclose(mean, slope @ estimate.mean)
    assert np.allclose(first @ first.T, slope @ covariance(estimate) @ slope.T)
    assert np.allclose(second, 0.0)


def test_moments_of_a_square_are_exact():
    estimate = Gaussian(np.array([0.5]), np.array([[2.0]]))
    mean, first, second = divided_differences(sigma_points(estimate, 1) ** 2)
    assert mean[0] == pytest.approx(0.5**2 + 4.0)
    # Variance of the square of N(m, s2): 4 m2 s2 + 2 s4.
    assert first[0, 0] ** 2 + second[0, 0] ** 2 == pytest.approx(4.0 * 0.25 * 4.0 + 2.0 * 16.0)


@given(SEEDS)
def test_a_correction_is_that_of_kalman(seed):
    generator = np.random.default_rng(seed)
    prior, slope = some_gaussian(generator, 3), generator.normal(size=(2, 3))
    noise, value = np.array([0.7, 1.3]), generator.normal(size=2)
    readings, about = generator.normal(size=2), generator.normal(size=3)
    correction = corrected(
        prior, Linearised(about, value, slope, np.zeros((2, 1))), readings, noise
    )
    before = covariance(prior)
    spread = slope @ before @ slope.T + np.diag(noise**2)
    gain = before @ slope.T @ np.linalg.inv(spread)
    innovation = readings - value - slope @ (prior.mean - about)
    assert np.allclose(correction.posterior.mean, prior.mean + gain @ innovation)
    assert np.allclose(covariance(correction.posterior), before - gain @ slope @ before)
    assert correction.nis == pytest.approx(innovation @ np.linalg.solve(spread, innovation))


@given(SEEDS)
def test_what_is_said_of_each_reading_left_out_is_what_leaving_it_out_gives(seed):
    generator = np.random.default_rng(seed)
    prior, slope = some_gaussian(generator, 3), generator.normal(size=(4, 3))
    model = Linearised(np.zeros(3), np.zeros(4), slope, np.zeros((4, 1)))
    readings, noise = generator.normal(size=4), np.full(4, 0.5)
    without = corrected(prior, model, readings, noise).leave_one_out()
    for row in range(4):
        kept = np.delete(np.arange(4), row)
        part = Linearised(model.about, model.value[kept], model.slope[kept], model.rest[kept])
        fewer = corrected(prior, part, readings[kept], noise[kept])
        assert without[row] == pytest.approx(fewer.nis, rel=1e-6)


@given(SEEDS, st.floats(0.01, 0.99))
def test_a_mixture_has_the_moments_of_its_parts(seed, weight):
    generator = np.random.default_rng(seed)
    first, second = some_gaussian(generator, 3), some_gaussian(generator, 3)
    weights = np.array([weight, 1.0 - weight])
    mean, root = mixture_moments(
        weights, np.array([first.mean, second.mean]), [first.root, second.root]
    )
    second_moment = sum(
        w * (covariance(b) + np.outer(b.mean, b.mean))
        for w, b in zip(weights, (first, second), strict=True)
    )
    assert np.allclose(root @ root.T + np.outer(mean, mean), second_moment)


@pytest.mark.parametrize("count", [3, 17, 136])
@pytest.mark.parametrize("probability", [0.005, 0.5, 0.995, 0.999])
def test_the_quantile_of_chi_square_is_near_the_exact_one(count, probability):
    exact = chi2.ppf(probability, count)
    assert chi_square_quantile(probability, count) == pytest.approx(exact, rel=0.02, abs=0.05)


@given(st.floats(0.1, 48.0), st.floats(0.1, 48.0))
def test_two_gaps_drift_as_far_as_one_as_long(first, second):
    space = StateSpace(())
    spread = space.process_noise(first) @ space.process_noise(first).T
    moved = space.transition(second)
    after = moved @ spread @ moved.T + space.process_noise(second) @ space.process_noise(second).T
    whole = space.process_noise(first + second)
    assert np.allclose(after, whole @ whole.T, rtol=1e-6, atol=1e-12)
    assert np.allclose(moved @ space.transition(first), space.transition(first + second))


def test_a_trend_moves_the_contractility():
    space = StateSpace(())
    mean = space.shift_of({TREND.name: 0.1})
    assert (space.transition(24.0) @ mean)[STATE_INDEX["lv_contractility"]] == pytest.approx(
        0.1, rel=0.2
    )  # A trend of 3 days has faded a little in one.


def test_explanations_that_agree_stay_and_their_weights_sum_to_one():
    pair = hypotheses(np.random.default_rng(0), (0.9, 0.1))
    pair[1].estimate = pair[0].estimate
    before = covariance(pair[0].estimate)
    mix(pair, 24.0)
    assert pair[0].weight + pair[1].weight == pytest.approx(1.0)
    assert 0.1 < pair[1].weight < 0.5
    assert np.allclose(covariance(pair[1].estimate), before)


@pytest.mark.parametrize(("log", "gains"), [(3.0, True), (-3.0, False), (-math.inf, False)])
def test_weights_follow_the_likelihoods(log, gains):
    pair = hypotheses(np.random.default_rng(1), (0.8, 0.2))
    update_weights(
        pair,
        [
            MeasurementUpdate(pair[0].estimate, 1.0, 1, 0.0),
            MeasurementUpdate(pair[1].estimate, 1.0, 1, log),
        ],
    )
    assert (pair[1].weight > 0.2) == gains
    assert pair[1].weight > 0.0
    if math.isfinite(log):
        assert pair[1].weight / pair[0].weight == pytest.approx(0.25 * math.exp(log))


def test_no_likelihood_moves_no_weight():
    pair = hypotheses(np.random.default_rng(1), (0.8, 0.2))
    update_weights(
        pair, [MeasurementUpdate(pair[i].estimate, math.nan, 0, -math.inf) for i in (0, 1)]
    )
    assert [course.weight for course in pair] == [0.8, 0.2]


def test_the_consistency_test_passes_what_is_consistent_and_no_more():
    generator = np.random.default_rng(0)
    passed = 0
    for _ in range(400):
        test = Consistency(8, 0.99)
        for _ in range(8):
            test.add(float(chi2.rvs(15, random_state=generator)), 15)
        passed += test.consistent
    assert passed > 0.98 * 400
    for _ in range(8):
        test.add(2.0 * 15, 15)
    assert not test.consistent
    assert test.excess == pytest.approx(2.0)


@given(st.integers(1, 30), st.integers(1, 5), st.sampled_from([1, 2, 4, 8]))
def test_lanes_come_out_of_blocks_as_they_went_in(count, entries, width):
    rows = np.arange(count * entries, dtype=float).reshape(count, entries)
    blocks = to_blocks(rows, width)
    assert blocks.shape == (-(-count // width), entries, width)
    assert np.array_equal(from_blocks(blocks, count), rows)
