"""Judging on an existing Dask cluster: each worker makes the question ready once, then the same pure function runs."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections.abc import Iterable, Iterator
from typing import Any

from distributed import CancelledError, Client, WorkerPlugin, wait

from hotfix_check import __version__
from hotfix_check.errors import HotfixCheckError, UsageError
from hotfix_check.fleet.host import FleetJudge, FleetQuestion
from hotfix_check.fleet.row import HostRow, damaged
from hotfix_check.fleet.run import Parcel, Rows, judge_source, why_unread
from hotfix_check.fleet.sources import Source, local_path
from hotfix_check.processes import parcels
from hotfix_check.untrusted.shown import LONGEST_PROBLEM, clipped, shown

_CONNECT = 15  # seconds
_PATIENCE = 60  # seconds without any worker
_AHEAD = 4  # parcels waiting or worked on, a thread of a worker
_RETRIES = 2
_HELD = 64 * 1024 * 1024  # bytes of files sent and not yet judged, beside one parcel
_LOST = (OSError, TimeoutError, CancelledError)
_judges: dict[str, FleetJudge] = {}
"""Of a worker: by the name of its plugin."""


class _Prepared(WorkerPlugin):  # type: ignore[misc]
    """Takes the question to every worker, those that join later too, once."""

    def __init__(self, asked: FleetQuestion, name: str) -> None:
        self.name = name
        self._question = pickle.dumps(asked)

    def setup(self, worker: Any) -> None:
        asked: FleetQuestion = pickle.loads(self._question)  # noqa: S301  (from the client, as all of Dask's tasks)
        if asked.tool != __version__:
            raise RuntimeError(f"hotfix-check {__version__} here, {asked.tool} asks")
        _judges[self.name] = FleetJudge(asked)

    def teardown(self, worker: Any) -> None:
        _judges.pop(self.name, None)


def _judge_there(parcel: Parcel, name: str) -> list[Rows]:
    return [judge_source(source, _judges[name]) for source in parcel]


def on_cluster(sources: Iterable[Source], asked: FleetQuestion, address: str) -> Iterator[Rows]:
    """The rows of each source, in any order. A URL is read by the worker, a file of this machine here.

    A worker that is lost loses nothing: what it had is judged by another. Raises UsageError when the cluster cannot be
    reached, has another hotfix-check somewhere, or is left without a worker.
    """
    for logger in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # what ends the run is told in one line
    try:
        client = Client(address, timeout=_CONNECT, name="hotfix-check")
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler: {address} cannot be reached: {error or type(error).__name__}") from None
    with client:
        _same_everywhere(client)
        name = f"hotfix-check-{asked.catalogue.sha256[:12]}-{id(asked)}-{client.id}"
        client.register_plugin(_Prepared(asked, name))
        try:
            yield from _through(client, sources, name)
        except _LOST as error:
            raise UsageError(
                f"--scheduler: {address} is lost ({type(error).__name__}); what the journal of --resume holds is kept"
            ) from None
        finally:
            with contextlib.suppress(*_LOST):
                client.unregister_worker_plugin(name)


def _same_everywhere(client: Client) -> None:
    """Every worker has this hotfix-check. Raises UsageError that names the first that has not."""

    def version() -> str:  # sent by value: where there is no hotfix-check, it can say so
        try:
            import hotfix_check
        except ImportError:
            return ""
        return hotfix_check.__version__

    found = client.run(version)
    if not found:
        raise UsageError("--scheduler: this cluster has no worker")
    for worker, its_version in sorted(found.items()):
        if its_version != __version__:
            has = f"hotfix-check {shown(its_version)}" if its_version else "no hotfix-check"
            raise UsageError(f"--scheduler: worker {worker} has {has}, this is {__version__}: they must be the same")


def _through(client: Client, sources: Iterable[Source], name: str) -> Iterator[Rows]:
    waiting = parcels(map(_readable_there, sources))
    running: dict[Any, Parcel] = {}
    again: list[Parcel] = []
    quiet = 0
    exhausted = False
    while running or again or not exhausted:
        room = max(1, sum(client.nthreads().values())) * _AHEAD
        held = sum(len(source.data or b"") for parcel in running.values() for source in parcel)
        while len(running) < room and held < _HELD and not (exhausted and not again):
            parcel = again.pop() if again else next(waiting, None)
            if parcel is None:
                exhausted = True
                break
            held += sum(len(source.data or b"") for source in parcel)
            running[client.submit(_judge_there, parcel, name, pure=False, retries=_RETRIES)] = parcel
        if not running:
            continue
        try:
            finished = wait(list(running), timeout=5, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            quiet = 0 if client.nthreads() else quiet + 5
            if quiet >= _PATIENCE:
                raise UsageError("--scheduler: no worker is left: start one, and run again with --resume") from None
            continue
        quiet = 0
        for future in finished:
            parcel = running.pop(future)
            if future.status == "error":
                _same_everywhere(client)  # a worker that joined later may be another
            if future.status == "finished":
                yield from future.result()
            elif len(parcel) > 1 or future.status != "error":
                again.extend((source,) for source in parcel)  # each alone, so that it is known who is to blame
            else:
                yield (_lost(parcel[0], future.exception()),)
            future.release()


def _readable_there(source: Source) -> Source:
    """With its bytes, or why there are none, unless a worker can read the place itself.

    A worker must not open a path of this machine: what has the same path on its own disk is another host.
    """
    if source.data is not None or source.fault is not None or local_path(source.place) is None:
        return source
    try:
        return Source(place=source.place, data=source.read())
    except HotfixCheckError as error:
        return Source(place=source.place, fault=why_unread(source, error))
    except Exception as error:  # one host, whatever it does, must not take the others' answers away
        reason = clipped(f"internal error: {type(error).__name__}: {error}", LONGEST_PROBLEM)
        return Source(place=source.place, fault=reason)


def _lost(source: Source, error: BaseException | None) -> HostRow:
    if type(error).__name__ == "KilledWorker":
        return damaged(source.label, "every worker that judged it died")
    return damaged(source.label, f"the cluster gave up on it: {type(error).__name__}: {shown(str(error))}")
