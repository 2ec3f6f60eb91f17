"""Which replications are simulated, by whom, and how many are enough?  The same results for any number of workers."""

from forecast.montecarlo.batch_file import BatchStore
from forecast.montecarlo.batches import Batch, EngineJob, Job, batch_size, split_into_batches
from forecast.montecarlo.notebook_progress import default_progress
from forecast.montecarlo.progress import Progress, progress_on
from forecast.montecarlo.simulation import ExecutionOptions, cores, simulate
from forecast.montecarlo.stopping import StoppingRule

__all__ = [
    "Batch",
    "BatchStore",
    "EngineJob",
    "ExecutionOptions",
    "Job",
    "Progress",
    "StoppingRule",
    "batch_size",
    "cores",
    "default_progress",
    "progress_on",
    "simulate",
    "split_into_batches",
]
