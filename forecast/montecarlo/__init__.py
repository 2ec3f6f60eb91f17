"""Which replications are simulated, where, and when is it enough?  The same results for any number of workers."""

from forecast.montecarlo.batches import Batch, batch_size, batches
from forecast.montecarlo.job import EngineJob, Job
from forecast.montecarlo.precision import Headlines, parse_precision
from forecast.montecarlo.progress import Progress, progress_on
from forecast.montecarlo.simulate import Means, cores, simulate
from forecast.montecarlo.store import Store

__all__ = [
    "Batch",
    "EngineJob",
    "Headlines",
    "Job",
    "Means",
    "Progress",
    "Store",
    "batch_size",
    "batches",
    "cores",
    "parse_precision",
    "progress_on",
    "simulate",
]
