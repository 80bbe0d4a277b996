"""Proportional-integral action that does not wind up."""

from __future__ import annotations

from controllers.clamped_pi import ClampedPI

LIMITS = (31_000.0, 46_000.0)


def action(proportional=50.0, integral=20.0, speed=40_000.0):
    made = ClampedPI(proportional, integral)
    made.restart(speed)
    return made


def test_speed_is_the_integral_and_the_proportional_part():
    made = action()
    assert made.next_speed(10.0, 2.0, *LIMITS) == 40_000 + 20 * 2 * 10 + 50 * 10
    assert made.next_speed(0.0, 1.0, *LIMITS) == 40_000 + 400


def test_a_saturated_integral_does_not_grow():
    for error in (400.0, -400.0):
        made = action()
        for _ in range(100):
            saturated = made.next_speed(error, 1.0, *LIMITS)
        assert saturated in LIMITS
        # As soon as the error changes sign the speed leaves the limit.
        back = made.next_speed(-0.1 * error, 1.0, *LIMITS)
        assert LIMITS[0] < back < LIMITS[1]


def test_a_saturated_integral_with_negative_gains_does_not_grow():
    made = action(-50.0, -20.0)
    for _ in range(100):
        assert made.next_speed(400.0, 1.0, *LIMITS) >= LIMITS[0]
    assert LIMITS[0] < made.next_speed(-40.0, 1.0, *LIMITS) < LIMITS[1]


def test_an_integral_beyond_the_limits_of_a_step_is_brought_within_them():
    assert action(0.0, 20.0).next_speed(1000.0, 1.0, 39_000.0, 41_000.0) == 41_000
