"""Batches: many plants at once, side by side in SIMD lanes."""

from plants.batch.kernel import (
    BatchKernel as BatchKernel,
    Precision as Precision,
    batch_kernel as batch_kernel,
    native_width as native_width,
)
from plants.batch.sensors import BatchSensors as BatchSensors
from plants.batch.simulator import BatchSimulator as BatchSimulator
