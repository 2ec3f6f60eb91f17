"""Which replications are simulated, by whom, and how many are enough?  The same results for any number of workers."""

from forecast.montecarlo.batch_file import BatchStore
from forecast.montecarlo.batches import Batch, EngineJob, Job, batch_size, split_into_batches
from forecast.montecarlo.progress import Progress, progress_on
from forecast.montecarlo.simulation import ExecutionOptions, cores, simulate
from forecast.montecarlo.stopping import RunPrecision, parse_precision

__all__ = [
    "Batch",
    "BatchStore",
    "EngineJob",
    "ExecutionOptions",
    "Job",
    "Progress",
    "RunPrecision",
    "batch_size",
    "cores",
    "parse_precision",
    "progress_on",
    "simulate",
    "split_into_batches",
]
