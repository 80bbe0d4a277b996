"""Random streams: every place that draws numbers from a seed, by its name.

A stream is what a seed and a key make of NumPy's ``SeedSequence``. The key keeps streams of one
seed apart: it is the CRC-32 of a text, a number, or nothing. Keys are part of published results
and never change; a new stream takes a text of its own.

Streams without a key (``key`` is empty) draw what any other of them draws from the same seeds.
They are older than the keys; the test of this module names them, so that no new one is added.

What Gymnasium and the learning libraries draw from their own seeds is not listed here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from plants.quantities.errors import InputError, lookup, unknown_name

_MEMBER = "{}"


@dataclass(frozen=True)
class Stream:
    """A declared stream.

    Parameters
    ----------
    meaning : str
        What is drawn from it.
    text : str
        Hashed (CRC-32) and put behind the seeds; ``{}`` stands for the member.
    members : tuple of str
        Names of the streams of a family, each with a key of its own; empty for a single stream.
    number : int, optional
        Put behind the seeds in place of a text.
    by_counter : bool
        Whether the two seeds are the key of Philox, a counter-based generator that can be entered
        at any block without the draws before it.
    """

    meaning: str
    text: str = ""
    members: tuple[str, ...] = ()
    number: int | None = None
    by_counter: bool = False

    def key(self, member: str = "") -> tuple[int, ...]:
        """What stands behind the seeds; empty where the seeds stand alone."""
        if self.number is not None:
            return (self.number,)
        return (_word(self.text.replace(_MEMBER, member)),) if self.text else ()


#: Every stream by name.
STREAMS = MappingProxyType(
    {
        # Patients and pumps.
        "individual": Stream("an individual about a profile, of benchmarks and environments"),
        "virtual patient": Stream(
            "a patient of a population; the profile's name stands beside the seed",
            _MEMBER,
            ("circulation", "valve", "blood", "drugs", "recovery", "arteries"),
        ),
        "weaning case": Stream(
            "what becomes of a patient who is weaned", "weaning {}", ("case", "heart", "doses")
        ),
        "head flow": Stream("the head-flow law of one pump of its kind", number=0x4EAD),
        "pump release": Stream("the hemolysis of one pump of its kind", "pump"),
        # What happens.
        "rhythm": Stream("lengths and kinds of the beats, a block at a time", by_counter=True),
        "hazard threshold": Stream(
            "the cumulative hazard at which a complication strikes",
            _MEMBER,
            ("bleeding_hazard", "malposition_hazard", "limb_hazard"),
        ),
        "malposition": Stream("where a pump slips to, and for how long", "malposition"),
        "certain malposition": Stream(
            "the share of the hazard at which a pump slips that slips for certain", "slip"
        ),
        "hour events": Stream(
            "the hour at which the events of a preset begin",
            "events {}",
            (
                "none",
                "relapse",
                "ischemia",
                "bleeding",
                "drug-change",
                "fluid",
                "vasodilation",
                "position",
                "rv-failure",
            ),
        ),
        "coronary intervention": Stream(
            "balloon inflations of a coronary intervention", "coronary intervention"
        ),
        # What is measured and told.
        "monitors": Stream("biases and noise of the monitors"),
        "investigations": Stream(
            "noise of a laboratory value or a measure of echo",
            _MEMBER,
            (
                "lactate",
                "pfhb",
                "hemoglobin",
                "svo2",
                "renal_injury",
                "ejection_fraction",
                "mitral_regurgitant_fraction",
                "lvedv",
            ),
        ),
        "pressure on arrival": Stream("error of the arterial pressure told on arrival", number=7),
        # Studies.
        "weaning probe": Stream("the hour at which the explant gate is probed", "weaning probe"),
        "suction course": Stream("a course of the suction study; the cause stands beside the seed"),
        "suction noise": Stream("noise on what a suction detector sees"),
        "suction figure": Stream("noise on the motor current in the figure of suction courses"),
        "detector start": Stream("weights that the fit of the suction detector starts from"),
        "resampling": Stream("patients drawn again for the interval of a discrimination"),
        "speed batch": Stream("spread of the patients in the measurement of speed"),
        # Learning.
        "random actions": Stream("actions of the policy that acts at random"),
        "learning resumed": Stream("the seed with which an interrupted learning goes on"),
    }
)


def stream(name: str, *seeds: int | str, member: str = "") -> np.random.Generator:
    """A generator at the begin of a stream.

    Parameters
    ----------
    name : str
        A name of :data:`STREAMS`.
    seeds : int or str
        The seed, and what else the stream depends on; a text is hashed.
    member : str
        Which stream of a family.

    Raises
    ------
    InputError
        No stream has that name, or the family has no such member.

    Examples
    --------
    >>> from plants.quantities import stream
    >>> first = stream("malposition", 3).random()
    >>> first == stream("malposition", 3).random(), first == stream("weaning probe", 3).random()
    (True, False)
    """
    declared, words = _words(name, seeds, member)
    if declared.by_counter:
        return np.random.Generator(np.random.Philox(key=words))
    return np.random.default_rng(words)


def stream_seed(name: str, *seeds: int | str, member: str = "") -> int:
    """A seed of 32 bits for a library that makes its own generators; see :func:`stream`.

    Examples
    --------
    >>> from plants.quantities import stream_seed
    >>> stream_seed("learning resumed", 0, 1000) == stream_seed("learning resumed", 0, 2000)
    False
    """
    _, words = _words(name, seeds, member)
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def _words(name: str, seeds: tuple[int | str, ...], member: str) -> tuple[Stream, list[int]]:
    declared = lookup(STREAMS, name, "stream")
    if member and not declared.members:
        raise InputError("member", member, f"None: the stream {name!r} is a single one")
    if declared.members and member not in declared.members:
        raise unknown_name("member", member, declared.members)
    own = [_word(seed) if isinstance(seed, str) else int(seed) for seed in seeds]
    return declared, [*own, *declared.key(member)]


def _word(text: str) -> int:
    return zlib.crc32(text.encode())
