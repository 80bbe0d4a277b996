"""The first call in a new process: with an empty cache, and with what it left there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from experiments.speed.row import SpeedRow

PART = "start"
#: Longest times aimed at, s.
_FIRST, _CACHED = 5.0, 0.2
# Run in a new process; the clock on the wall, because the compiler is a process of its own.
_SCRIPT = """
import json, time
import numpy as np
from plants import BatchSimulator, Plant, Simulator, plant_model
begun = time.perf_counter()
plant_model()
model = time.perf_counter() - begun
plant = Plant("shock-d", "CP")
simulator = Simulator(plant)
simulator.reset(plant.rest(), speed=44000.0)
simulator.advance(44000.0, 0.02)
single = time.perf_counter() - begun
begun = time.perf_counter()
batch = BatchSimulator([plant] * 64)
batch.reset(np.repeat(plant.rest()[None], 64, axis=0), speeds=44000.0)
batch.advance(44000.0, 0.02)
together = time.perf_counter() - begun
print(json.dumps({"single": single, "batch": together, "model": model}))
"""


def _measured(cache: str) -> dict[str, Any]:
    surroundings = os.environ | {"IMPELLAB_CACHE": cache}
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings,
    )
    seconds: dict[str, Any] = json.loads(answer.stdout)
    return seconds


def start_rows() -> list[SpeedRow]:
    """From the import to the first 20 ms: one patient, then a batch in the same process."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for text, limit in (("empty cache", _FIRST), ("filled cache", _CACHED)):
            try:
                seconds = _measured(cache)
            except subprocess.CalledProcessError as error:
                reason = (error.stderr.strip().splitlines() or ["no message"])[-1]
                work = f"first call, {text}"
                rows.append(SpeedRow(PART, work, None, unit="s on the clock", note=reason))
                continue
            for name, what in (("single", "one patient"), ("batch", "then 64 patients")):
                row = SpeedRow(
                    PART,
                    f"first call, {text}, {what}",
                    seconds[name],
                    unit="s on the clock",
                    ours_by="building the plant's equations, emitting, compiling or loading C, "
                    "20 ms simulated",
                    note=f"symbolic equations {seconds['model']:.2f} s" if name == "single" else "",
                )
                rows.append(row.with_target("ours", "<=", limit))
    return rows
