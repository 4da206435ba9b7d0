"""Where the cases of a sweep run: processes of this machine, or any dask scheduler."""

import logging
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path

import dask
import psutil
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, as_completed

from cases.faults import UsageError, exit_code
from cases.store import remove_leftovers
from cases.studies.sweep_case import CaseT, Runner, Scalar, failed_row, run_into
from geometry.errors import ResourceError

# Memory one case needs at the default mesh with room to spare (chosen; 0.3 million unknowns take 1 GiB).
GIB_PER_CASE = 2.5
CONNECT_SECONDS = 10
THREAD_VARIABLES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A place to run cases.

    Attributes:
        workers: processes on this machine; None takes one per core, as far as memory allows.
        scheduler: address of a running dask scheduler, used instead; its workers must see the same folders.
    """

    workers: int | None = None
    scheduler: str | None = None

    def rows(
        self, cases: Mapping[str, CaseT], folder: Path, runner: Runner[CaseT]
    ) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
        """The rows of the cases, each with its key, as they end; each case has its own folder in `folder`."""
        if not cases:
            return
        try:
            yield from self._rows(cases, folder.resolve(), runner)
        finally:
            if self.scheduler is None:
                # the processes are gone; workers of a scheduler may still be writing
                remove_leftovers(folder)

    def _rows(
        self, cases: Mapping[str, CaseT], folder: Path, runner: Runner[CaseT]
    ) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
        """See `rows`."""
        with self._client(len(cases)) as (client, threads):
            futures = {
                client.submit(run_into, folder / key, _shared(case, threads), runner, pure=False): key
                for key, case in cases.items()
            }
            try:
                for future in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
                    yield futures[future], _row(future)
                    future.release()
            except KeyboardInterrupt:
                client.cancel(list(futures), force=True)  # type: ignore[no-untyped-call]
                raise

    @contextmanager
    def _client(self, cases: int) -> Iterator[tuple[Client, int | None]]:
        """A connected client, and the threads that each solve may use."""
        if self.scheduler is not None:
            try:
                client = Client(  # type: ignore[no-untyped-call]
                    self.scheduler, timeout=CONNECT_SECONDS, set_as_default=False
                )
            except (OSError, ValueError, TimeoutError) as error:
                raise UsageError(
                    f"no dask scheduler answers at {self.scheduler}: {error}", advice="Check --scheduler"
                ) from None
            with client:
                yield client, None
            return
        workers = min(cases, self.workers or workers_that_fit(CPU_COUNT))
        threads = max(1, CPU_COUNT // workers)
        quiet = {"distributed.scheduler.allowed-failures": 1, "distributed.worker.profile.enabled": False}
        with (
            dask.config.set(quiet),
            _deaf_processes() as all_started,
            LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # a solve above its share is no reason to kill it while there is memory
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",  # any free port: sweeps may run side by side
                silence_logs=logging.CRITICAL,
                env={name: str(threads) for name in THREAD_VARIABLES},
            ) as cluster,
            Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
        ):
            all_started()
            yield client, threads


@contextmanager
def _deaf_processes() -> Iterator[Callable[[], None]]:
    """Processes started until the given function is called never hear Ctrl-C.

    A terminal sends it to all of them; only this one is to answer.
    """

    def all_started() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    # Python's tracker of shared resources starts with the first process, and would unblock too early
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield all_started
    finally:
        all_started()


def workers_that_fit(cores: int) -> int:
    """Processes that this machine has cores and free memory for; at least one."""
    free_gib = psutil.virtual_memory().available / 2**30
    return max(1, min(cores, int(free_gib / GIB_PER_CASE)))


def _shared(case: CaseT, threads: int | None) -> CaseT:
    """The case with its share of the threads, unless it sets its own; the result does not depend on it."""
    if threads is None or case.solver.threads is not None:
        return case
    return case.model_copy(update={"solver": case.solver.model_copy(update={"threads": threads})})


def _row(future: object) -> Mapping[str, Scalar]:
    """The row of a finished task; of a worker that died, a row that says so."""
    status, error = future.status, future.exception()  # type: ignore[attr-defined]
    if status == "finished":
        row: Mapping[str, Scalar] = future.result()  # type: ignore[attr-defined]
        return row
    reason = "the process died, probably for want of memory; use fewer --workers"
    return failed_row(f"{reason} ({type(error).__name__})", exit_code(ResourceError("")))
