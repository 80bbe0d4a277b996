"""C of the sums of products in which directions are carried through a stage."""

from __future__ import annotations

from collections.abc import Iterable

import casadi as ca

from plants.compile.expressions import Linearised


class LinearStage:
    """The derivative of a function along a direction in each lane.

    The lines read the direction's entries from ``d``, those beyond the states from ``q``, and the
    slopes, which differ from step to step, from ``a``.

    Parameters
    ----------
    linear : Linearised
        The function and its derivative.
    states : int
        How many of the entries are of the state.

    Attributes
    ----------
    slopes : list of SX
        What has to stand in ``a``, in the order of the lines.
    """

    def __init__(self, linear: Linearised, states: int):
        self._linear, self._states = linear, states
        self.slopes: list[ca.SX] = []

    def lines(self, outputs: Iterable[int]) -> list[str]:
        """Lines that compute what some outputs need; nothing is computed in vain."""
        sums = self._linear.sums
        needed = {n for i in outputs if (n := self._linear.outputs[i]) is not None}
        for number, terms in reversed(sums.items()):
            if number in needed:
                needed.update(terms)
        lines = []
        for j in sorted(n for n in needed if n not in sums):
            array, slot = ("d", j) if j < self._states else ("q", j - self._states)
            lines.append(f"const real {self._name(j)} = {array}[{slot} * D + w];")
        for number, terms in sums.items():
            if number in needed:
                text = " ".join(self._term(n, s) for n, s in terms.items()).removeprefix("+ ")
                lines.append(f"const real {self._name(number)} = {text};")
        return lines

    def output(self, entry: int) -> str:
        """An output's derivative, once the lines stand before it."""
        number = self._linear.outputs[entry]
        return "RC(0.0)" if number is None else self._name(number)

    def _name(self, number: int) -> str:
        return f"u{number}" if number in self._linear.sums else f"d{number}"

    def _term(self, number: int, slope: ca.SX) -> str:
        if slope.is_one() or slope.is_minus_one():
            return f"{'-' if slope.is_minus_one() else '+'} {self._name(number)}"
        self.slopes.append(slope)
        return f"+ a[{len(self.slopes) - 1} * W] * {self._name(number)}"
