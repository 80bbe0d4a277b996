"""A patient: frozen parameters of the circulation, each with unit, source and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from plants.patients.activation import activation_mistakes
from plants.patients.base import Overrides, layers
from plants.patients.parameters import PATIENT_PARAMETERS, PATIENT_TARGETS, UNSTRESSED_VOLUMES
from plants.patients.stiffness import LEAST_STEP, STABILITY_LIMIT, circuit_rates
from plants.quantities import (
    BASE,
    ErrorCollector,
    InputError,
    Name,
    ParameterPreset,
    Quantity,
    no_quantities,
    one_of,
    quantities_in,
    toml_quantities,
    toml_string,
)


class Patient(ParameterPreset):
    """A patient's parameters, checked when the patient is made and frozen afterwards.

    Parameters
    ----------
    name : str
        The patient's name.
    description : str
        One or two sentences for tables.
    entries : Mapping of str to Quantity
        Every parameter of :data:`~plants.PATIENT_PARAMETERS`, in any order; a file may leave some
        to a base, see :meth:`read`.
    targets : Mapping of str to Quantity
        What the parameters were identified against, by signal name; may be empty.
    held : tuple of str
        Parameters that identification leaves as they are, because the targets do not settle them.
    path : str
        Where the patient came from, for error messages; two patients that differ only in it are
        equal.

    Attributes
    ----------
    values : Mapping of str to float
        The numbers alone, in the order of :data:`~plants.PATIENT_PARAMETERS`.

    Raises
    ------
    InputError
        A parameter is missing, unknown, in another unit, not a finite number or out of its
        range; a target is no signal; the blood volume does not exceed the sum of the unstressed
        volumes; or the circuit is stable only at steps below :data:`~plants.patients.LEAST_STEP`.

    Examples
    --------
    >>> from plants import Patient
    >>> patient = Patient.load("healthy")
    >>> patient["heart_rate"]
    70.0
    >>> patient.entries["heart_rate"].unit
    '1/min'
    >>> patient.replace(heart_rate=90).values["heart_rate"]
    90.0
    """

    FOLDER: ClassVar[str] = "patients"
    KIND: ClassVar[str] = "patient"
    DECLARED = PATIENT_PARAMETERS
    FURTHER_KEYS = (BASE,)

    name: Name
    description: str = ""
    entries: Annotated[Mapping[str, Quantity], quantities_in(PATIENT_PARAMETERS)] = Field(
        default=..., validation_alias="parameters"
    )
    # In the order given: to_toml keeps it.
    targets: Annotated[
        Mapping[str, Quantity], quantities_in(PATIENT_TARGETS, required=False, as_given=True)
    ] = Field(default_factory=no_quantities)
    held: tuple[Annotated[str, one_of(PATIENT_PARAMETERS)], ...] = ()
    path: str = Field(default="patient", exclude=True, repr=False)

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The patient that a file's content describes.

        A file may name a ``base``, a preset or another file (seen from its own folder): what it
        does not give comes from there, with the base's source and tag. Only the name is its own.

        Parameters
        ----------
        content : mapping
            As read from TOML.
        source : str
            The file, for error messages.

        Raises
        ------
        InputError
            Something is refused, here or in a base, or a base comes round to itself; all is told.

        Examples
        --------
        >>> from plants import Patient
        >>> size = {"value": 2.2, "unit": "m2", "source": "measured", "tag": "S"}
        >>> content = {"name": "mine", "base": "shock-d", "parameters": {"body_surface_area": size}}
        >>> mine = Patient.read(content, source="mine.toml")
        >>> mine["body_surface_area"], mine["lv_ees"] == Patient.load("shock-d")["lv_ees"]
        (2.2, True)
        """
        collector = ErrorCollector()
        (*files, (content, whole)), refused = layers(content, source)
        own = [(collector.call(Overrides.read, each, source=path), path) for each, path in files]
        patient: Self | None = None
        if refused is None:
            patient = collector.call(super().read, content, source=whole)
        else:  # There is no telling what the last file leaves to its base.
            collector.call(Overrides.read, content, source=whole)
            collector.add(refused)
        collector.tell()
        assert patient is not None  # Told otherwise.
        for overrides, path in reversed(own):
            assert overrides is not None
            patient = overrides.over(patient, path)
        return patient

    def _contradictions(self) -> Iterable[InputError]:
        """Refuse vessels that would be empty, and a circuit stable at tiny steps only."""
        total, blood = self.unstressed_volume, self.values["blood_volume"]
        if blood <= total:
            parts = " + ".join(f"{name} {self.values[name]:g}" for name in UNSTRESSED_VOLUMES)
            high = PATIENT_PARAMETERS["blood_volume"].high
            allowed = f"more than {total:g} mL (the sum of {parts}), up to {high:g} mL"
            yield InputError("parameters.blood_volume.value", blood, allowed)
        rates = circuit_rates(self.values)
        fastest = max(rates, key=lambda name: rates[name])
        if (step := STABILITY_LIMIT / rates[fastest]) < LEAST_STEP:
            allowed = (
                f"a circuit that is stable at steps of {LEAST_STEP:g} s, and with this resistance "
                f"they would be {step:.2g} s: a larger one, or softer compartments on both sides"
            )
            yield InputError(f"parameters.{fastest}.value", self.values[fastest], allowed)
        yield from activation_mistakes(self.values)

    def _shown(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "description": self.description,
            "parameters": len(self.entries),
            "targets": len(self.targets),
        }

    @property
    def unstressed_volume(self) -> float:
        """Blood that the vessels hold without pressure, mL: the sum of the unstressed volumes."""
        return sum(self.values[name] for name in UNSTRESSED_VOLUMES)

    def replace(
        self,
        name: str | None = None,
        *,
        description: str | None = None,
        source: str = "set by the caller",
        tag: str = "X",
        **values: float,
    ) -> Patient:
        """A copy with other values, checked like a file.

        Parameters
        ----------
        name, description : str, optional
            Those of the copy; the same as before when not given.
        source, tag : str
            Recorded with every value that is given.
        **values : float
            New values by parameter name, in the parameter's declared unit.

        Raises
        ------
        InputError
            A parameter is unknown, or a value is not a finite number in its range.

        Examples
        --------
        >>> from plants import Patient
        >>> weak = Patient.load("healthy").replace("weak", lv_ees=0.5)
        >>> weak.name, weak["lv_ees"], weak.entries["lv_ees"].source
        ('weak', 0.5, 'set by the caller')
        """
        return self._replaced(values, source=source, tag=tag, name=name, description=description)

    def to_toml(self) -> str:
        """The patient as a TOML file that :meth:`load` reads back as an equal patient.

        Returns
        -------
        str
            Name, description, every parameter in declared order and the targets, each with
            value, unit, source and tag. Numbers keep every digit.

        Examples
        --------
        >>> from plants import Patient
        >>> print(Patient.load("healthy").to_toml().splitlines()[0])
        name = "healthy"
        """
        held = ", ".join(map(toml_string, self.held))
        return (
            f"name = {toml_string(self.name)}\ndescription = {toml_string(self.description)}\n"
            + (f"held = [{held}]\n" if held else "")
            + toml_quantities("parameters", self.entries)
            + toml_quantities("targets", self.targets)
        )
