"""How long something has been missing."""

from controllers.supervision import LONGEST_BLACKOUT, Watchdog


def test_the_watchdog_waits_for_the_interval_and_its_patience():
    watchdog = Watchdog(60.0)
    assert not watchdog.lost(5.0, present=True)
    assert not watchdog.lost(65.0 + LONGEST_BLACKOUT, present=False)
    assert watchdog.lost(65.1 + LONGEST_BLACKOUT, present=False)
    assert not watchdog.lost(70.0, present=True)
    assert not watchdog.lost(130.0, present=False)
