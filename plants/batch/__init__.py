"""Batches: many plants at once, side by side in SIMD lanes."""

from plants.batch.kernel import BatchKernel, Precision, batch_kernel, native_width
from plants.batch.sensors import BatchSensors
from plants.batch.simulator import BatchSimulator

__all__ = [
    "BatchKernel",
    "BatchSensors",
    "BatchSimulator",
    "Precision",
    "batch_kernel",
    "native_width",
]
