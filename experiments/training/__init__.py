"""Training: policies learned by stable-baselines3, with checkpoints, and their evaluation."""

from experiments.training.job import train
from experiments.training.settings import TrainingSettings
from experiments.training.vec_env import VectorAdapter, native_vec_env

__all__ = ["TrainingSettings", "VectorAdapter", "native_vec_env", "train"]
