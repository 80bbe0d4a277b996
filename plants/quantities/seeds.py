"""Random streams: every place that draws numbers from a seed, by its name.

A stream is what its seeds and its key make of NumPy's ``SeedSequence``. The key keeps streams of
the same seeds apart: it is the CRC-32 of a text, or a number. Keys are part of published results
and never change; a new stream takes a text of its own.

``SeedSequence`` sees one row of words of 32 bits and does not see zeros at its end: 5 and (5, 0)
are the same to it, and a seed that needs two words is the same as two seeds. So that no two streams
are ever the same row, whatever their seeds, a seed is one word (:data:`HIGHEST_SEED`) and the key
stands last, is not zero, and no other stream has it.

One stream has no key, that of the monitors: published results of weaning and of cohorts hold its
noise. It takes a single seed; such a row of one word is that of no stream with a key. The rhythm
needs no key, because its generator is of another kind.

What Gymnasium and the learning libraries draw from their own seeds is not listed here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from plants.quantities.checks import check_count
from plants.quantities.errors import InputError, lookup, unknown_name

#: The highest seed: one word of NumPy's ``SeedSequence``.
HIGHEST_SEED = 2**32 - 1
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
        "individual": Stream(
            "an individual about a profile, of benchmarks and environments", "individual"
        ),
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
        "suction course": Stream(
            "a course of the suction study; the cause stands beside the seed", "suction course"
        ),
        "suction noise": Stream("noise on what a suction detector sees", "suction noise"),
        "suction figure": Stream(
            "noise on the motor current in the figure of suction courses", "suction figure"
        ),
        "detector start": Stream(
            "weights that the fit of the suction detector starts from", "detector start"
        ),
        "resampling": Stream(
            "patients drawn again for the intervals of what many say together", "resampling"
        ),
        "speed batch": Stream("spread of the patients in the measurement of speed", "speed batch"),
        # Learning.
        "random actions": Stream("actions of the policy that acts at random", "random actions"),
        "learning resumed": Stream(
            "the seed with which an interrupted learning goes on", "learning resumed"
        ),
    }
)


def check_seed(value: object) -> int:
    """The seed, when it is an integer from 0 to :data:`HIGHEST_SEED`.

    Raises
    ------
    InputError
        It is not.
    """
    return check_count(value, "seed", most=HIGHEST_SEED)


def stream(name: str, seed: int | str, *beside: int | str, member: str = "") -> np.random.Generator:
    """A generator at the begin of a stream.

    Parameters
    ----------
    name : str
        A name of :data:`STREAMS`.
    seed : int or str
        From 0 to :data:`HIGHEST_SEED`; a text is hashed.
    *beside : int or str
        What else the stream depends on, likewise; nothing where it has no key.
    member : str
        Which stream of a family.

    Raises
    ------
    InputError
        No stream has that name, the family has no such member, or a seed is refused.

    Examples
    --------
    >>> from plants.quantities import stream
    >>> first = stream("malposition", 3).random()
    >>> first == stream("malposition", 3).random(), first == stream("weaning probe", 3).random()
    (True, False)
    """
    declared, words = _words(name, (seed, *beside), member)
    if declared.by_counter:
        return np.random.Generator(np.random.Philox(key=words))
    return np.random.default_rng(words)


def stream_seed(name: str, seed: int | str, *beside: int | str, member: str = "") -> int:
    """A seed of 32 bits for a library that makes its own generators; see :func:`stream`.

    Examples
    --------
    >>> from plants.quantities import stream_seed
    >>> stream_seed("learning resumed", 0, 1000) == stream_seed("learning resumed", 0, 2000)
    False
    """
    _, words = _words(name, (seed, *beside), member)
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def _words(name: str, seeds: tuple[int | str, ...], member: str) -> tuple[Stream, list[int]]:
    declared = lookup(STREAMS, name, "stream")
    if member and not declared.members:
        raise InputError("member", member, f"None: the stream {name!r} is a single one")
    if declared.members and member not in declared.members:
        raise unknown_name("member", member, declared.members)
    key = declared.key(member)
    if len(seeds) > 1 and not (key or declared.by_counter):
        raise InputError("seed", seeds, f"a single one: the stream {name!r} has no key")
    return declared, [*map(_word, seeds), *key]


def _word(seed: int | str) -> int:
    return zlib.crc32(seed.encode()) if isinstance(seed, str) else check_seed(seed)
