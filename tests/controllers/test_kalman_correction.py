"""The correction of a Kalman filter against what conditioning a normal distribution gives."""

import numpy as np

from controllers.kalman_correction import innovation_covariance, kalman_correction


def test_the_correction_is_that_of_conditioning():
    random = np.random.default_rng(0)
    root = random.standard_normal((4, 4))
    covariance, outputs = root @ root.T, random.standard_normal((2, 4))
    noise = np.array([0.5, 2.0])
    gain, corrected = kalman_correction(covariance, outputs, noise)
    # In the form of information: precisions of prior and readings add up.
    precision = np.linalg.inv(covariance) + outputs.T @ np.diag(1.0 / noise) @ outputs
    np.testing.assert_allclose(corrected, np.linalg.inv(precision), rtol=1e-9)
    np.testing.assert_allclose(gain, corrected @ outputs.T / noise, rtol=1e-9)


def test_the_innovation_is_as_uncertain_as_state_and_sensor():
    spread = innovation_covariance(np.diag([4.0, 1.0]), np.array([[1.0, 2.0]]), np.array([3.0]))
    np.testing.assert_allclose(spread, [[11.0]])


def test_an_exact_sensor_leaves_no_doubt():
    gain, corrected = kalman_correction(np.array([[9.0]]), np.array([[1.0]]), np.array([1e-12]))
    np.testing.assert_allclose(gain, [[1.0]])
    np.testing.assert_allclose(corrected, [[0.0]], atol=1e-11)
