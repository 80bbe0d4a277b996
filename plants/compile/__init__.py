"""Compiled numbers: CasADi functions as C, built once per machine, on one lane or many."""

from plants.compile.array_function import ArrayFunction as ArrayFunction
from plants.compile.cache import load_library as load_library
from plants.compile.compiler import BuildError as BuildError, find_compiler as find_compiler
from plants.compile.kernels import (
    Backend as Backend,
    CompiledKernel as CompiledKernel,
    Kernel as Kernel,
    VirtualMachineKernel as VirtualMachineKernel,
    build_kernel as build_kernel,
    joint_step as joint_step,
    step_kernel as step_kernel,
    warn_virtual_machine as warn_virtual_machine,
)
from plants.compile.lanes import (
    Evaluator as Evaluator,
    InterpretedLaneFunctions as InterpretedLaneFunctions,
    LaneFunctions as LaneFunctions,
)
from plants.compile.plant_kernel import BlockKernel as BlockKernel, PlantKernel as PlantKernel
from plants.compile.shared_objects import Shared as Shared, shared as shared
