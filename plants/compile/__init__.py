"""Compiled numbers: CasADi functions as C, built once per machine, on one lane or many."""

from plants.compile.array_function import Direct
from plants.compile.cache import BuildError, built, cache_directory, compiler
from plants.compile.kernels import (
    Backend,
    CompiledKernel,
    Kernel,
    VirtualMachineKernel,
    kernel,
    warn_once,
)
from plants.compile.lanes import Evaluator, InterpretedLanes, Lanes
from plants.compile.plant_kernel import Block, OneLane, load

__all__ = [
    "Backend",
    "Block",
    "BuildError",
    "CompiledKernel",
    "Direct",
    "Evaluator",
    "InterpretedLanes",
    "Kernel",
    "Lanes",
    "OneLane",
    "VirtualMachineKernel",
    "built",
    "cache_directory",
    "compiler",
    "kernel",
    "load",
    "warn_once",
]
