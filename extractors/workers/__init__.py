"""Processes that read files: the local pool and the machines of a Dask cluster."""

from extractors.workers.executor import ExtractionExecutor, open_dask_pool
from extractors.workers.pool import Pool
from extractors.workers.process import start_forkserver

__all__ = ["ExtractionExecutor", "Pool", "open_dask_pool", "start_forkserver"]
