"""Weaning on a forecast: chance-constrained steps, masks that only a forecast sees."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from controllers import Criterion, WeaningController, WeaningCriteria
from controllers.tracking.filter import Estimate
from controllers.weaning.evidence import (
    BedsideMeasurements,
    ExplainedEstimates,
    Forecasts,
    joint_probability,
)
from controllers.weaning.evidence.chances import interpolated
from plants import InputError, Limit, Measurement, PhysicsError, Therapy

from ..conftest import BRIEFING, GOOD, PUMP, assess, follow

WITHOUT = GOOD | {"coronary_perfusion_pressure": 53.0}
SD = {"map": 1.0, "cardiac_index": 0.05, "pcwp": 1.0}


def estimates_of(values, *explanations):
    estimates = {name: Estimate(name, "", v, SD.get(name, 0.1)) for name, v in values.items()}
    return ExplainedEstimates(estimates, explanations)


class FakeTracker:
    """Forecasts what it is told: values by level, over those of a good patient.

    `levels` holds values by level, and under None those of every level; `without` what differs
    when the inotrope is off. Without the pump they lie half-way between P-0 and P-1.
    """

    leaking, led = math.nan, 0.0

    def __init__(self, levels=None, without=None):
        self.levels, self.without = dict(levels or {}), dict(without or {})
        self.innovation = SimpleNamespace(consistent=True, reason="")
        self.contractility, self.updates = 1.0, []

    def update(self, measurement, level, hours, *, drugs=None, volume_given=0.0):
        self.updates.append((level, hours, dict(drugs)))
        return self.innovation

    def forecasts(self, levels=None, hours_ahead=0.0, *, drugs=None):
        return {level: self._at(level, drugs) for level in levels}

    def without_pump(self, hours_ahead=0.0, *, drugs=None):
        return interpolated(self._at("P-0", drugs), self._at("P-1", drugs), 0.5)

    def stretched_without_pump(self, *, drugs=None):
        return self.led

    def _at(self, level, drugs):
        values = WITHOUT | self.levels.get(None, {}) | self.levels.get(level, {})
        if drugs["inotrope"] == 0.0:
            values |= self.without
        return estimates_of(values)

    @property
    def estimate(self):
        value = math.log(self.contractility)
        return {"unaided_lv_ees": Estimate("unaided_lv_ees", "mmHg/mL", value, 0.02, "log")}


def controller(tracker, **kwargs):
    weaning = WeaningController("model-based", lambda briefing: tracker, **kwargs)
    weaning.reset(BRIEFING)
    return weaning


def test_a_good_forecast_leads_to_the_explant_within_hours():
    decisions = follow(controller(FakeTracker()), 40.0, until=lambda d: d.action == "explant")
    assert decisions[-1].action == "explant"
    assert list(dict.fromkeys(d.level for d in decisions)) == ["P-8", "P-6", "P-4", "P-3", "P-2"]
    assert decisions[-1].hours - decisions[0].hours < 6.0
    assert decisions[-1].forecast["map"] == (78.0, 1.0)


def test_the_step_is_the_largest_that_holds_with_the_chance_asked_for():
    decisions = follow(controller(FakeTracker({"P-6": {"map": 62.5}})), 26.0)
    assert next(d.level for d in decisions if d.action == "down") == "P-7"


@pytest.mark.parametrize(("mean", "steps"), [(63.2, False), (63.4, True)])
def test_the_chance_is_that_of_the_forecast(mean, steps):
    # P(map >= 62) of a normal with sd 1 is 0.885 at 63.2 and 0.919 at 63.4.
    low = {f"P-{n}": {"map": mean} for n in (6, 7)}
    decisions = follow(controller(FakeTracker(low)), 30.0)
    assert (min(d.level for d in decisions) < "P-8") is steps


def test_a_failing_forecast_without_the_pump_forbids_weaning():
    low = {level: {"cardiac_index": 1.0} for level in ("P-0", "P-1")}
    decisions = follow(controller(FakeTracker(low)), 40.0)
    assert {d.level for d in decisions} == {"P-8"}
    assert "without pump and inotrope" in decisions[-1].words


def test_an_uncertain_forecast_goes_to_p2_and_waits_there_for_the_explant():
    # Between P-0 and P-1 the flow turns to zero half-way, where the index lies 0.4 sd above its
    # limit: a chance of 0.66.
    limit = WeaningCriteria.load()["without_pump"]["cardiac_index"].low
    lower = 2.0 * (limit + 0.4 * SD["cardiac_index"]) - 2.7
    tracker = FakeTracker({"P-0": {"cardiac_index": lower}, "P-1": {"cardiac_index": 2.7}})
    weaning = controller(tracker)
    decisions = follow(weaning, 30.0)
    assert decisions[-1].level == "P-2"
    assert all(d.action != "explant" for d in decisions)
    tracker.levels["P-0"] = {"cardiac_index": 1.6}
    decisions = follow(
        weaning, 36.0, decisions[-1].hours + 1.0, until=lambda d: d.action == "explant"
    )
    assert decisions[-1].action == "explant"


def test_a_tracker_at_odds_with_the_measurements_lowers_nothing():
    tracker = FakeTracker()
    tracker.innovation = SimpleNamespace(consistent=False, reason="")
    decisions = follow(controller(tracker), 40.0)
    assert {d.level for d in decisions} == {"P-8"}
    assert "not trusted" in decisions[-1].words


def test_regurgitation_is_expected_before_the_trial_and_never_explanted():
    leak = {level: {"mitral_regurgitant_fraction": 0.55} for level in ("P-0", "P-1", "P-2")}
    decisions = follow(controller(FakeTracker(leak)), 40.0)
    assert "hidden-regurgitation" in decisions[-1].findings
    assert all(d.action != "explant" for d in decisions)
    assert any("hidden severe mitral regurgitation" in d.words for d in decisions)


def test_a_mask_is_what_holds_with_the_inotrope_alone():
    masked = controller(FakeTracker(without={"cardiac_index": 1.2}))
    decisions = follow(masked, 40.0, inotrope_effect=8.0)
    assert "inotrope-masked" in decisions[-1].findings
    assert all(d.action != "explant" and not d.orders for d in decisions)
    # The same dose that is not needed is taken down and no mask.
    decisions = follow(controller(FakeTracker()), 30.0, inotrope_effect=8.0)
    assert decisions[-1].findings == ()
    assert decisions[-1].orders == {"inotrope": 6.8}


def test_a_right_ventricle_that_would_fail_refuses_the_step():
    low = {level: {"cvp": 15.0, "papi": 0.5} for level in ("P-7", "P-6")}
    decisions = follow(controller(FakeTracker(low)), 30.0)
    assert {d.level for d in decisions} == {"P-8"}
    assert decisions[-1].phase == "refused"


def test_right_failure_is_told_from_a_left_one():
    left = {None: {"cvp": 15.0, "papi": 0.5, "pcwp": 24.0}}
    assert follow(controller(FakeTracker(left)), 40.0)[-1].findings == ()
    right = {None: {"cvp": 15.0, "papi": 0.5, "pcwp": 11.0}}
    assert follow(controller(FakeTracker(right)), 40.0)[-1].findings == ("rv-failure",)


def test_a_relapse_in_mid_wean_goes_back_up_at_the_next_assessment():
    tracker = FakeTracker()
    weaning = controller(tracker)
    decisions = follow(weaning, 40.0, until=lambda d: d.level == "P-4")
    tracker.contractility = 0.7
    rose = assess(weaning, decisions[-1].hours + decisions[-1].hours_to_next_assessment)
    assert (rose.action, rose.level) == ("up", "P-6")
    assert "relapse" in rose.findings
    assert "contractility 0.70" in rose.words


def test_near_the_label_the_forecast_to_its_end_is_the_evidence():
    tracker = FakeTracker({"P-0": {"map": 30.0}})
    decisions = follow(controller(tracker), 95.0)
    named = [d for d in decisions if d.action == "reassess"]
    assert named[0].hours == pytest.approx(84.0)
    assert "chance 0.00 to hold without pump and inotrope in 12 h" in named[0].words


def test_chance_is_never_above_that_of_the_worst_criterion_nor_below_booles():
    means = {"map": 66.0, "pcwp": 18.0}
    estimates = ExplainedEstimates({n: Estimate(n, "", mean, 2.0) for n, mean in means.items()})
    both = [Criterion("map", low=65.0), Criterion("pcwp", high=20.0)]
    single = [joint_probability([criterion], estimates) for criterion in both]
    assert joint_probability(both, estimates) == pytest.approx(sum(single) - 1.0)
    assert joint_probability(both, None) == 0.0
    unknown = ExplainedEstimates({"map": Estimate("map", "", math.nan, 1.0)})
    assert joint_probability([Criterion("map", low=65.0)], unknown) == 0.0


def test_no_beat_is_no_forecast():
    class Lost(FakeTracker):
        def _at(self, level, drugs):
            raise PhysicsError("no beat")

    assert Forecasts(Lost()).without_pump() is None
    decisions = follow(controller(Lost()), 30.0)
    assert {d.level for d in decisions} == {"P-8"}


def test_the_tracker_is_told_doses_and_the_level_that_ran():
    tracker = FakeTracker()
    weaning = controller(tracker)
    follow(weaning, 26.0, inotrope_effect=3.0)
    assert tracker.updates[0] == ("P-8", 24.0, {"inotrope": 3.0, "vasopressor": 0.0})
    assert WeaningCriteria.load().number("negligible_inotrope") < 3.0


def test_a_named_leak_is_cleared_by_an_echo_at_the_level_alone():
    leak = {level: {"mitral_regurgitant_fraction": 0.55} for level in ("P-0", "P-1", "P-2")}
    weaning = controller(FakeTracker(leak))
    decisions = follow(weaning, 30.0)
    assert "hidden-regurgitation" in decisions[-1].findings
    weaning.forecasts.tracker.levels = {}
    unseen = assess(weaning, decisions[-1].hours + 1.0, mitral_regurgitant_fraction=math.nan)
    low = min(int(d.level.removeprefix("P-")) for d in decisions)
    assert int(unseen.level.removeprefix("P-")) == low
    cleared = follow(weaning, 60.0, unseen.hours + 1.0, until=lambda d: d.action == "explant")
    assert cleared[-1].action == "explant"


def test_an_inotrope_stays_while_lactate_is_high():
    decisions = follow(controller(FakeTracker()), 26.0, inotrope_effect=8.0, lactate=3.0)
    assert all("inotrope" not in d.orders for d in decisions)


def test_full_support_that_does_not_clear_lactate_is_raised():
    weak = FakeTracker({None: {"cardiac_index": 1.9}})
    decisions = follow(controller(weak), 40.0, lactate=5.0, cardiac_index=1.9)
    raised = next(d for d in decisions if d.action == "up")
    assert raised.level == "P-9"
    assert "lactate" in raised.words


def test_a_pressure_that_full_support_does_not_hold_is_rescued_by_a_vasopressor():
    low = FakeTracker({None: {"map": 50.0}})
    decisions = follow(controller(low), 25.0, map=50.0, vasopressor_effect=0.05)
    rescued = [d.orders["vasopressor"] for d in decisions if d.level == "P-9" and d.orders]
    assert rescued
    assert rescued[0] == pytest.approx(0.17)


def test_the_explant_waits_until_the_inotrope_has_been_off_for_hours():
    weaning = controller(FakeTracker())
    decisions = follow(weaning, 28.0, inotrope_effect=2.0, until=lambda d: d.level == "P-2")
    last = decisions[-1].hours
    decisions = follow(weaning, last + 12.0, last + 1.0, until=lambda d: d.action == "explant")
    assert decisions[-1].action == "explant"
    free = WeaningCriteria.load().number("inotrope_free_time")
    assert free <= decisions[-1].hours - last <= free + 1.5
    assert any("no inotrope for" in d.words for d in decisions)


def test_the_chance_weighs_explanations_one_by_one():
    # A single normal distribution over both would give the fair one a chance near 0.6.
    fair, bad = (estimates_of({"map": mean}) for mean in (70.0, 40.0))
    needed, both = [Criterion("map", low=60.0)], ExplainedEstimates(fair, [(0.8, fair), (0.2, bad)])
    assert joint_probability(needed, both) == pytest.approx(0.8)


def test_p2_is_held_where_the_label_leaves_no_other_trial():
    tracker = FakeTracker({"P-0": {"map": 50.0}, "P-1": {"map": 50.0}})
    for begin, end, held in ((24.0, 51.0, False), (66.0, 95.0, True)):
        weaning = controller(tracker)
        tracker.levels[None] = {}
        tracker.levels["P-0"] = tracker.levels["P-1"] = {}
        follow(weaning, begin + 6.0, begin, until=lambda d: d.level == "P-2")
        tracker.levels["P-0"] = tracker.levels["P-1"] = {"map": 50.0}
        decisions = follow(weaning, end, weaning.progress.hours + 0.5)
        assert (decisions[-1].level == "P-2") is held, begin


def test_late_on_the_way_down_is_a_ramp():
    weaning = controller(FakeTracker())
    decisions = follow(weaning, 96.0, 92.0, until=lambda d: d.action == "explant")
    assert [d.level for d in decisions[:9]] == [
        "P-8",
        *(f"P-{n}" for n in (7, 6, 5, 4, 3, 2, 2, 2)),
    ]
    assert decisions[-1].action == "explant"


def test_a_fall_beyond_belief_goes_back_up_at_once():
    tracker = FakeTracker({"P-0": {"map": 50.0}, "P-1": {"map": 50.0}})
    weaning = controller(FakeTracker())
    follow(weaning, 30.0, until=lambda d: d.level == "P-6")
    tracker = weaning.forecasts.tracker
    tracker.contractility = 0.4
    tracker.innovation = SimpleNamespace(consistent=False, reason="")
    decision = assess(weaning, weaning.progress.hours + 1.0)
    assert decision.action == "up"
    assert "relapse" in decision.findings


def test_the_position_is_checked_where_the_tracker_is_at_a_loss():
    tracker = FakeTracker()
    weaning = controller(tracker)
    assess(weaning, 24.0)
    tracker.innovation = SimpleNamespace(consistent=False, reason="")
    asked = [
        assess(weaning, hours).orders.get("position_check", 0.0) for hours in (25.0, 26.0, 27.0)
    ]
    assert asked == [0.0, 0.0, 1.0]


def test_a_low_pressure_asks_for_a_vasopressor_and_an_assessment_within_minutes():
    decision = assess(controller(FakeTracker()), 24.0, map=61.0, vasopressor_effect=0.05)
    assert decision.orders["vasopressor"] == pytest.approx(0.07)
    assert decision.hours_to_next_assessment < 0.1
    worse = assess(controller(FakeTracker()), 24.0, map=55.0, vasopressor_effect=0.05)
    assert worse.action == "up"
    assert worse.orders == {"vasopressor": pytest.approx(0.12), "position_check": 1.0}


def test_the_vasopressor_is_taken_down_to_what_a_patient_may_leave_with():
    weaning = controller(FakeTracker())
    assert assess(weaning, 24.0, vasopressor_effect=0.12).orders["vasopressor"] == pytest.approx(
        0.096
    )
    assert "vasopressor" not in assess(weaning, 25.0, vasopressor_effect=0.055).orders
    low = controller(FakeTracker({None: {"map": 65.5}}))
    assert "vasopressor" not in assess(low, 24.0, vasopressor_effect=0.12).orders


def test_while_there_is_time_some_of_the_vasopressor_is_kept_for_what_may_come():
    # The pressure is too low for less of it.
    early = {"vasopressor_effect": 0.07, "map": 63.0}
    tracker = FakeTracker({None: {"map": 65.0}})
    decisions = follow(controller(tracker), 34.0, **early)
    assert decisions[-1].phase == "hold_p2"
    assert "at most 0.061 while there is time" in decisions[-1].words
    late = follow(
        controller(tracker), 96.0, begin=88.0, until=lambda d: d.action == "explant", **early
    )
    assert late[-1].action == "explant"
    assert 96.0 - late[-1].hours < WeaningCriteria.load().number("last_explant_lead")


def test_the_reserve_of_a_vasopressor_is_never_above_what_a_trial_allows():
    few = WeaningCriteria.load().replace("trial", "vasopressor_effect", high=0.04)
    weaning = controller(FakeTracker(), criteria=few)
    assert assess(weaning, 24.0, vasopressor_effect=0.05).orders["vasopressor"] == pytest.approx(
        0.03
    )
    late = controller(FakeTracker())
    assert "vasopressor" not in assess(late, 94.0, vasopressor_effect=0.07).orders


def test_before_the_labels_end_a_smaller_chance_begins_the_last_way_down():
    # Half-way between the levels about no flow the index lies 0.8 sd below its limit: 0.21.
    limit = WeaningCriteria.load()["without_pump"]["cardiac_index"].low
    low = {level: {"cardiac_index": limit - 0.8 * SD["cardiac_index"]} for level in ("P-0", "P-1")}
    assert {d.level for d in follow(controller(FakeTracker(low)), 40.0)} == {"P-8"}
    assert follow(controller(FakeTracker(low)), 94.0, begin=88.0)[-1].level == "P-2"


def test_a_therapys_own_criteria_go_before_those_of_the_package():
    strict = Limit(signal="cvp", high=7.0)
    own = Therapy.default().model_copy(update={"weaning": (("right_ventricle", strict),)})
    weaning = WeaningController("model-based", lambda briefing: FakeTracker())
    weaning.reset(replace(BRIEFING, therapy=own))
    assert weaning.criteria["right_ventricle"]["cvp"].high == 7.0
    assert {d.level for d in follow(weaning, 30.0)} == {"P-8"}  # of 8 mmHg
    weaning.reset(BRIEFING)
    shipped = WeaningCriteria.load()["right_ventricle"]["cvp"]
    assert weaning.criteria["right_ventricle"]["cvp"].high == shipped.high
    given = WeaningCriteria.load().replace("right_ventricle", "cvp", high=9.0)
    weaning = controller(FakeTracker(), criteria=given)
    assert weaning.criteria is given
    unknown = Therapy.default().model_copy(update={"weaning": (("left", strict),)})
    with pytest.raises(InputError, match=r"weaning\[0\].part"):
        WeaningCriteria.of(unknown)


def test_a_kidney_that_is_as_noisy_as_ever_resolves():
    for values, resolves in (([0.30, 0.21, 0.37], True), ([0.20, 0.21, 0.45], False)):
        seen = BedsideMeasurements(WeaningCriteria.load())
        for hour, value in enumerate(values):
            seen.add(
                Measurement(0.0, "icu", GOOD | {"renal_injury": value}),
                hour,
                "P-8",
                PUMP.speed("P-8"),
            )
        assert seen.renal_injury_resolving().met is resolves


def test_less_flow_without_the_pump_clears_less_lactate():
    low = {level: {"cardiac_index": 1.85} for level in ("P-0", "P-1")}
    for tracker, explanted in ((FakeTracker(), True), (FakeTracker(low), False)):
        decisions = follow(controller(tracker), 36.0, lactate=3.5, hemoglobin=10.0)
        assert any(d.action == "explant" for d in decisions) is explanted
    assert "chance 0.00 that lactate stays below 3.9 mmol/L without the pump" in decisions[-1].words


def test_one_assessment_that_is_good_by_its_noise_ends_no_trial():
    tracker = FakeTracker()
    weaning = controller(tracker)
    tracker.levels["P-0"] = tracker.levels["P-1"] = {"map": 61.5}
    decisions = follow(weaning, 40.0, until=lambda d: d.phase == "hold_p2")
    while decisions[-1].hours < 34.0:
        decisions.append(
            assess(weaning, decisions[-1].hours + decisions[-1].hours_to_next_assessment)
        )
    assert decisions[-1].phase == "hold_p2"
    tracker.levels["P-0"] = tracker.levels["P-1"] = {}
    actions = [assess(weaning, decisions[-1].hours + hours).action for hours in (1.0, 2.0, 3.0)]
    assert actions == ["hold", "hold", "explant"]


def test_in_the_last_trial_an_inotrope_goes_where_lactate_will_stay_low_without_it():
    for place, ordered in ((6, False), (0, True)):
        weaning = controller(FakeTracker())
        weaning.progress.level_index = place
        told = assess(weaning, 24.0, inotrope_effect=2.0, lactate=2.5, hemoglobin=12.0).orders
        assert ("inotrope" in told) is ordered


def test_in_the_last_trial_the_vasopressor_is_taken_down_to_what_a_patient_may_leave_with():
    for hours, ordered in ((50.0, False), (88.0, True)):
        weaning = controller(FakeTracker({None: {"map": 64.0, "lactate": 1.0}}))
        weaning.progress.level_index = 0
        told = assess(weaning, hours, vasopressor_effect=0.085, map=64.0).orders
        assert (told.get("vasopressor") == pytest.approx(0.08)) is ordered


def test_a_leak_that_was_seen_is_forgotten_where_the_valve_will_be_tight():
    tracker = FakeTracker()
    weaning = controller(tracker)
    assess(weaning, 24.0, mitral_regurgitant_fraction=0.45)
    assert weaning.progress.leak_found_at == "P-8"
    closed = follow(weaning, 34.0, 25.0)
    assert all(d.action != "explant" for d in closed)
    assert "was found to leak at P-8" in closed[-1].words
    tracker.leaking = 0.8
    assert assess(weaning, closed[-1].hours + 1.0).action == "explant"
    tracker.levels["P-0"] = tracker.levels["P-1"] = {"mitral_regurgitant_fraction": 0.5}
    assert assess(weaning, closed[-1].hours + 2.0).action != "explant"


def test_a_leak_that_may_stand_beside_a_tight_valve_is_waited_for():
    tracker = FakeTracker()
    tracker.leaking, tracker.led = 1.0, 0.5
    for begin, until in ((24.0, 40.0), (88.0, 94.0)):
        weaning = controller(tracker)
        weaning.progress.leak_found_at = "P-4"
        decisions = follow(weaning, until, begin=begin)
        assert all(d.action != "explant" for d in decisions)
        assert "goes on, fraction 0.50, below 0.1" in decisions[-1].words
    tracker.led = math.nan  # is no beat that is tight
    weaning = controller(tracker)
    weaning.progress.leak_found_at = "P-4"
    assert all(d.action != "explant" for d in follow(weaning, 34.0))
    tracker.led = 0.0
    weaning = controller(tracker)
    weaning.progress.leak_found_at = "P-4"
    decisions = follow(weaning, 40.0, until=lambda d: d.action == "explant")
    assert decisions[-1].action == "explant"


def test_an_inotrope_that_was_taken_down_is_not_given_again():
    weaning = controller(FakeTracker())
    first = assess(weaning, 24.0, inotrope_effect=6.0)
    assert first.orders["inotrope"] == pytest.approx(6.0 - 0.15 * 6.0)
    later = assess(weaning, 25.0, inotrope_effect=5.2, lactate=2.4)
    assert later.orders["inotrope"] == first.orders["inotrope"]
    fallen = assess(weaning, 26.0, inotrope_effect=5.1, map=50.0)
    assert "inotrope" not in fallen.orders


def test_a_trial_may_begin_by_the_better_explanation_and_ends_by_both():
    class Doubtful(FakeTracker):
        def without_pump(self, hours_ahead=0.0, *, drugs=None):
            leaks = estimates_of(WITHOUT | {"cardiac_index": 1.0})
            return estimates_of(WITHOUT, (0.4, estimates_of(WITHOUT)), (0.6, leaks))

    decisions = follow(controller(Doubtful()), 36.0)
    assert decisions[-1].level == "P-2"
    assert all(d.action != "explant" for d in decisions)
    assert "chance 0.40 to hold" in decisions[-1].words
