"""The nominal patient as the tracker moves it: from estimates to what acts on the beat, and back.

The baroreflex is in equilibrium with the mean pressure of the beat, and the functional leak of the
mitral valve with the beat's filling, as they are within minutes of any change: the slow clock
brings the reflex to equilibrium in the same way. Its effect is therefore predicted for every level
rather than learned anew at each, as it would be if it were left to the estimated resistance. The
drugs are at the doses that were given. The equations are the slow clock's own.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import casadi as ca
import numpy as np

from controllers.tracking.model.tracked_quantities import N_PATIENT, REFERENCE_STRETCH, STATE_INDEX
from plants import METRICS, Patient, SlowParameters
from plants.plant import VALUES, BeatMetrics
from plants.quantities import MINUTES_PER_HOUR, ML_PER_DL, Array, Layout, TypedLayout
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import AllParameters, blood, drugs, mitral, oxygen, reflex

_FACTORS = (
    "systemic_resistance",
    "pulmonary_resistance",
    "lv_contractility",
    "rv_contractility",
    "lv_stiffness",
    "rv_stiffness",
    "heart_rate",
)
_SUMMANDS = ("venous_volume", "mitral_leak")
# The patient's own parameters that are estimated.
_OWN = ("c_systemic_arteries", "c_pulmonary_arteries")
#: Where what acts lies in the plant's held values.
ACTING_ROWS = np.array(
    [VALUES.index[f"disturbance_{name}"] for name in (*_FACTORS, *_SUMMANDS)]
    + [VALUES.index[name] for name in _OWN]
)
#: Predicted beside the metrics of the beat: logarithms of what the hearts and vessels are worth
#: with drugs and reflex in, relative to the nominal patient's; the mitral leak that a beat has;
#: and the mixed venous saturation.
DERIVED_OUTPUTS: tuple[str, ...] = (
    "log_lv_contractility",
    "log_rv_contractility",
    "log_systemic_resistance",
    "functional_leak",
    "svo2",
)
#: All that is predicted, in the order of the rows.
OUTPUTS = Layout((*METRICS.names, *DERIVED_OUTPUTS))
# Stretch (mL) at which no ventricle comes near the one where its valve begins to leak.
_TIGHT = 2000.0
#: In equilibrium with the beat: the mean arterial pressure that the reflex feels, and the leak.
N_EQUILIBRIUM = 2


@dataclass(frozen=True)
class KnownInputs:
    """What is known besides the estimates.

    Attributes
    ----------
    doses : ndarray, shape (2,)
        Inotrope and vasopressor at their effect sites, ug/kg/min.
    stretch : float
        Stretch of the left ventricle (mL) from which the closing of the valve is counted.
    hemoglobin : float
        Hemoglobin of the blood, g/dL.
    """

    doses: Array
    stretch: float
    hemoglobin: float

    def vector(self) -> Array:
        """As the functions take it."""
        return np.array([*self.doses, self.stretch, self.hemoglobin])

    def advanced(
        self, hours: float, given: Array, slow: SlowParameters, hemoglobin: float
    ) -> KnownInputs:
        """The same some hours later.

        Parameters
        ----------
        hours : float
            How long.
        given : ndarray, shape (2,)
            Doses that were given, ug/kg/min.
        slow : SlowParameters
            With the time constants of the effect sites.
        hemoglobin : float
            Hemoglobin that was measured, g/dL; NaN where none was.
        """
        minutes = np.array([slow["inotrope_time"], slow["vasopressor_time"]])
        left = np.exp(-hours * MINUTES_PER_HOUR / minutes)
        known = hemoglobin if hemoglobin > 0 else self.hemoglobin
        return replace(self, doses=given + left * (self.doses - given), hemoglobin=known)

    @property
    def stretch_known(self) -> bool:
        """Whether the patient's stretch was ever seen."""
        return math.isfinite(self.stretch)

    def without_leak(self) -> KnownInputs:
        """The same with a valve that never leaks."""
        return replace(self, stretch=_TIGHT)


@dataclass(frozen=True)
class EstimatedPatientModel:
    """CasADi functions of the estimates ``x``, the equilibrium pair ``z`` (pressure, leak), the
    known inputs ``t``, the metrics ``m`` of a beat and the parameters ``p``.

    Attributes
    ----------
    acting : Function
        ``(x, z, t, p) -> `` the entries of ``ACTING_ROWS`` and the blood volume (mL).
    closing : Function
        ``(x, z, t, m, p) -> `` how far the pair is from equilibrium (mmHg, mL/s/mmHg).
    extras : Function
        ``(x, z, t, m, p) -> `` values of ``DERIVED_OUTPUTS``.
    acting_slope, closing_slope : Function
        Jacobians by ``(x, z)``, and of the last by ``(x, z, m)``.
    """

    acting: ca.Function
    closing: ca.Function
    extras: ca.Function
    acting_slope: ca.Function
    closing_slope: ca.Function


@functools.cache
def estimated_patient_model() -> EstimatedPatientModel:
    """Build the functions (once per process)."""
    x, z, t = ca.SX.sym("x", N_PATIENT), ca.SX.sym("z", N_EQUILIBRIUM), ca.SX.sym("t", 4)
    metrics, vector = ca.SX.sym("m", len(METRICS)), ca.SX.sym("p", len(PARAMETER_LAYOUT))
    m, known = METRICS.symbols(metrics), PARAMETER_LAYOUT.symbols(vector)
    p = _estimated(known, x, t)
    effects = _effects(z, t, p)
    factors = {name: ca.exp(x[STATE_INDEX[name]]) * effects[name] for name in _FACTORS}
    own = [
        ca.exp(x[STATE_INDEX["arterial_compliance"]]) * p.c_systemic_arteries,
        ca.exp(x[STATE_INDEX["pulmonary_compliance"]]) * p.c_pulmonary_arteries,
    ]
    volume = p.blood_volume + x[STATE_INDEX["blood_volume"]]
    acting = ca.vertcat(*factors.values(), effects["venous_volume"], z[1], *own, volume)
    closing = ca.vertcat(m.map - z[0], mitral.leak_target(m.lvedv, m.lvedp, p) - z[1])
    extras = ca.vertcat(
        ca.log(factors["lv_contractility"]),
        ca.log(factors["rv_contractility"]),
        ca.log(factors["systemic_resistance"]),
        z[1],
        _saturation(t[3], m, p),
    )
    here, after = ca.vertcat(x, z), ca.vertcat(x, z, metrics)
    before, during = [x, z, t, vector], [x, z, t, metrics, vector]

    acting_slope = ca.densify(ca.jacobian(acting, here))
    closing_slope = ca.densify(ca.jacobian(closing, after))
    return EstimatedPatientModel(
        ca.Function("acting", before, [acting], {"cse": True}),
        ca.Function("closing", during, [closing], {"cse": True}),
        ca.Function("extras", during, [extras], {"cse": True}),
        ca.Function("acting_slope", before, [acting_slope], {"cse": True}),
        ca.Function("closing_slope", during, [closing_slope], {"cse": True}),
    )


def _estimated(p: AllParameters, x: ca.SX, t: ca.SX) -> AllParameters:
    """The parameters with those of the reflex and of the mitral valve as they are estimated.

    The valve closes up to a stretch, which is a volume and a pressure in one.
    """
    leak = ca.exp(x[STATE_INDEX["mitral_leak"]])
    pressure = p.baroreflex_operating_pressure + x[STATE_INDEX["reflex_pressure"]]
    return replace(
        p,
        baroreflex_operating_pressure=pressure,
        mitral_tethering=leak / REFERENCE_STRETCH,
        mitral_competent_volume=t[2] + x[STATE_INDEX["mitral_closing"]],
        mitral_competent_pressure=ca.SX(0),
    )


def _effects(z: ca.SX, t: ca.SX, p: AllParameters) -> dict[str, ca.SX]:
    """Of the reflex in equilibrium at a pressure and the drugs at their doses."""
    by_reflex = reflex.effects(reflex.equilibrium(z[0], p), None, p)
    by_drugs = _drug_effects(t[0], t[1], p)
    joined = {
        name: by_reflex.get(name, ca.SX(1)) * by_drugs.get(name, ca.SX(1)) for name in _FACTORS
    }
    return joined | {"venous_volume": by_reflex["venous_volume"] + by_drugs["venous_volume"]}


def _drug_effects(
    inotrope: ca.SX | float, vasopressor: ca.SX | float, p: drugs.Parameters
) -> dict[str, ca.SX]:
    """Of doses (ug/kg/min) that have reached their effect sites."""
    states = drugs.States(inotrope_effect=inotrope, vasopressor_effect=vasopressor)
    return drugs.effects(states, drugs.Inputs(inotrope=inotrope, vasopressor=vasopressor), p)


def _saturation(hemoglobin: ca.SX, m: BeatMetrics, p: AllParameters) -> ca.SX:
    mass = hemoglobin * m.blood_volume / ML_PER_DL
    states = blood.States(hemoglobin_mass=mass, fluid_shift=ca.SX(0))
    return p.arterial_saturation * (1 - oxygen.extraction(states, m, p))


def parameter_vector(slow: SlowParameters, patient: Patient) -> Array:
    """The parameters ``p`` of the functions."""
    return np.concatenate([slow.vector(), patient.vector()])


def contractility_factor_without_drugs(slow: SlowParameters) -> float:
    """Factor from the contractility at the doses of the briefing to that without drugs."""
    parameters = TypedLayout(drugs.Parameters).select(slow.values)
    return float(_drug_effects(0.0, 0.0, parameters)["lv_contractility"])
