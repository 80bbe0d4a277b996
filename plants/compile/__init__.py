"""CasADi functions as compiled loops."""

from plants.compile.cache import BuildError, built, cache_directory, compiler
from plants.compile.kernel import Backend, Kernel, kernel

__all__ = ["Backend", "BuildError", "Kernel", "built", "cache_directory", "compiler", "kernel"]
