"""Training: policies learned by stable-baselines3, with checkpoints, and their evaluation."""

from experiments.training.export import export_policy as export_policy
from experiments.training.job import train as train
from experiments.training.settings import TrainingSettings as TrainingSettings
from experiments.training.vec_env import (
    VectorAdapter as VectorAdapter,
    native_vec_env as native_vec_env,
)
