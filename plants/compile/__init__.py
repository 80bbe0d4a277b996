"""Compiled numbers: CasADi functions as C, built once per machine, on one lane or many."""

from plants.compile.array_function import ArrayFunction
from plants.compile.cache import load_library
from plants.compile.compiler import BuildError, find_compiler
from plants.compile.kernels import (
    Backend,
    CompiledKernel,
    Kernel,
    VirtualMachineKernel,
    build_kernel,
    joint_step,
    step_kernel,
    warn_virtual_machine,
)
from plants.compile.lanes import Evaluator, InterpretedLaneFunctions, LaneFunctions
from plants.compile.plant_kernel import BlockKernel, PlantKernel
from plants.compile.shared_objects import Shared, shared

__all__ = [
    "ArrayFunction",
    "Backend",
    "BlockKernel",
    "BuildError",
    "CompiledKernel",
    "Evaluator",
    "InterpretedLaneFunctions",
    "Kernel",
    "LaneFunctions",
    "PlantKernel",
    "Shared",
    "VirtualMachineKernel",
    "build_kernel",
    "find_compiler",
    "joint_step",
    "load_library",
    "shared",
    "step_kernel",
    "warn_virtual_machine",
]
