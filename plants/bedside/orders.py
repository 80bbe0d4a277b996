"""What clinicians give every hour, whatever steers the pump: drugs are taken down, fluid off.

A documented rule, the same for every policy, so that no patient stays on drugs for ever:

* the vasopressor goes down by a step while the pressure holds with a margin, and up by one below
  the rescue pressure;
* the inotrope goes down by a step while pressure and cardiac index hold; it is not raised;
* fluid is taken off a congested patient, and given to an empty one whose pressure is low;
* red cells are given below a low hemoglobin; a distal perfusion catheter goes into a starved limb;
* below the rescue pressure an echo looks where the pump lies; one that lies badly is put right.

The limits stand in ``plants/data/weaning/bedside.toml``. Orders of a controller take the rule's
place one by one, from the hour they are given.
"""

from __future__ import annotations

from collections.abc import Mapping

from plants.bedside.settings import BedsideSettings
from plants.quantities import Parameter, check_number, lookup
from plants.slow import SLOW_INPUTS

#: What may be ordered, by name; diuresis is net fluid taken off the blood.
ORDERS: Mapping[str, Parameter] = {
    **{
        name: SLOW_INPUTS[name]
        for name in ("inotrope", "vasopressor", "transfusion", "fluid", "distal_perfusion")
    },
    "diuresis": Parameter("diuresis", "mL/h", "net fluid taken off", 0, 1000),
    "position_check": Parameter("position_check", "1", "echo of the pump's position", 0, 1),
}


def checked_orders(orders: Mapping[str, float] | None) -> dict[str, float]:
    """The orders, each known and in its range.

    Raises
    ------
    InputError
        One is not.
    """
    return {
        name: check_number(value, lookup(ORDERS, name, "orders"), f"orders[{name!r}]", None)
        for name, value in (orders or {}).items()
    }


class ClinicalOrders:
    """The rule, and what is being given.

    Parameters
    ----------
    settings : BedsideSettings
        Limits and steps.
    begin : mapping of str to float
        Doses at the begin.
    volume : float
        Blood volume at the begin, mL, of which a share may be taken off.
    fixed_doses : mapping of str to float
        Doses that the clinicians keep whatever happens, by name.

    Attributes
    ----------
    now : dict of str to float
        What is being given, by name of :data:`ORDERS`.

    Examples
    --------
    >>> from plants.bedside.orders import ClinicalOrders
    >>> from plants.bedside import bedside_settings
    >>> rule = ClinicalOrders(bedside_settings(), {"vasopressor": 0.1}, 5000.0)
    >>> good = {"map": 80.0, "cardiac_index": 2.5, "cvp": 8.0, "pcwp": 12.0, "hemoglobin": 11.0,
    ...         "limb_perfusion": 1.0}
    >>> round(rule.decide(good)["vasopressor"], 3)
    0.08
    >>> rule.decide(good, {"vasopressor": 0.3})["vasopressor"]
    0.3
    """

    def __init__(
        self,
        settings: BedsideSettings,
        begin: Mapping[str, float],
        volume: float,
        fixed_doses: Mapping[str, float] | None = None,
    ):
        self._set = settings["orders"]
        self._weaned_in = settings["explant"]["inotrope_hours"]
        self.fixed_doses = checked_orders(fixed_doses)
        self.now = dict.fromkeys(ORDERS, 0.0) | checked_orders(begin) | self.fixed_doses
        self._most_off = self._set["diuresis_share"] * volume
        self.taken_off = 0.0
        self._last_inotrope = 0.0

    def decide(
        self, seen: Mapping[str, float], orders: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """What is given in the next hour.

        Parameters
        ----------
        seen : mapping of str to float
            Metrics and slow signals of the patient now.
        orders : mapping of str to float, optional
            What a controller orders instead of the rule.
        """
        limits = self._set
        empty = seen["cvp"] < limits["empty_cvp"] and seen["map"] < limits["map_wean"]
        anemic = seen["hemoglobin"] < limits["transfusion_below"]
        starved = limb_is_starved(seen, limits)
        ruled = {
            "vasopressor": self._vasopressor(seen),
            "inotrope": self._inotrope(seen),
            "diuresis": self._diuresis(seen),
            "fluid": limits["fluid_rate"] if empty else 0.0,
            "transfusion": limits["transfusion_rate"] if anemic else 0.0,
            "distal_perfusion": 1.0 if starved else self.now["distal_perfusion"],
            "position_check": 1.0 if seen["map"] < limits["map_rescue"] else 0.0,
        }
        self.now = ruled | self.fixed_doses | checked_orders(orders)
        self._last_inotrope = self.now["inotrope"]
        self.taken_off += self.now["diuresis"]
        return dict(self.now)

    def ordered(self, orders: Mapping[str, float]) -> None:
        """Give what is ordered from now on; the rest stays till clinicians look again."""
        self.now |= checked_orders(orders)
        self._last_inotrope = self.now["inotrope"]

    def without_pump(self, seen: Mapping[str, float]) -> dict[str, float]:
        """What is given in the next hour after the pump is out: every inotrope is taken off."""
        self.fixed_doses = {}
        begin = self._last_inotrope
        inotrope = max(self.now["inotrope"] - begin / self._weaned_in, 0.0)
        self.decide(seen, {"inotrope": inotrope if inotrope > 1e-6 else 0.0})
        self._last_inotrope = begin
        return dict(self.now)

    def _vasopressor(self, seen: Mapping[str, float]) -> float:
        dose, step = self.now["vasopressor"], self._set["vasopressor_step"]
        if seen["map"] < self._set["map_rescue"]:
            return max(dose, min(dose + step, self._set["vasopressor_most"]))
        if seen["map"] >= self._set["map_wean"]:
            return max(dose - step, 0.0)
        return dose

    def _inotrope(self, seen: Mapping[str, float]) -> float:
        dose, limits = self.now["inotrope"], self._set
        holds = seen["map"] >= limits["map_wean"] and seen["cardiac_index"] >= limits["ci_wean"]
        return max(dose - limits["inotrope_step"], 0.0) if holds else dose

    def _diuresis(self, seen: Mapping[str, float]) -> float:
        cvp, pcwp, limits = seen["cvp"], seen["pcwp"], self._set
        congested = cvp > limits["congestion_cvp"] or pcwp > limits["congestion_pcwp"]
        relieved = cvp <= limits["relieved_cvp"] and pcwp <= limits["relieved_pcwp"]
        going = congested or (self.now["diuresis"] > 0.0 and not relieved)
        left = self.taken_off < self._most_off
        allowed = going and left and seen["map"] >= self._set["map_rescue"]
        return self._set["diuresis_rate"] if allowed else 0.0


def limb_is_starved(seen: Mapping[str, float], orders: Mapping[str, float]) -> bool:
    """Whether the limb of the access asks for a distal perfusion catheter.

    Parameters
    ----------
    seen : mapping of str to float
        Slow signals now, at least ``limb_perfusion``.
    orders : mapping of str to float
        The part ``"orders"`` of the settings of a bedside.
    """
    return seen["limb_perfusion"] < orders["limb_low"]
