"""The fleet as Parquet: one row a host and update, for SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hotfix_check.fleet.document import FleetDocument
from hotfix_check.fleet.row import OUTCOMES
from hotfix_check.fleet.spool import verdicts_of

_ROWS = 200_000  # of a row group: what is in memory at a time
_WORD = pa.dictionary(pa.int32(), pa.string())
_OF_HOST: dict[str, tuple[pa.DataType, Callable[[sqlite3.Row], object]]] = {
    "host": (_WORD, itemgetter("host")),
    "group": (_WORD, itemgetter("grp")),
    "outcome": (_WORD, lambda row: OUTCOMES[row["outcome"]]),
    "products": (_WORD, itemgetter("line")),
    "collected": (pa.timestamp("s", tz="UTC"), lambda row: _moment(row["at"])),
    "source": (_WORD, itemgetter("source")),
    "catalogue": (_WORD, itemgetter("catalogue")),
}
_OF_UPDATE = {
    "update": _WORD,
    "product": _WORD,
    "kb": pa.int32(),
    "importance": _WORD,
    "verdict": _WORD,
    "failing": pa.bool_(),
    "blocked": pa.bool_(),
    "waived": pa.bool_(),
}
SCHEMA = pa.schema([*((name, kind) for name, (kind, _) in _OF_HOST.items()), *_OF_UPDATE.items()])
"""Stable: later releases append columns. A host on which nothing was judged has one row, without an update."""


def write_parquet(document: FleetDocument, stream: BinaryIO) -> None:
    """Write the file. Hosts are sorted by name, a host's updates by id."""
    facts = {one["id"]: one for one in document.head["updates"]}
    with pq.ParquetWriter(stream, SCHEMA, compression="zstd", use_dictionary=True) as writer:
        hosts: list[sqlite3.Row] = []
        columns: dict[str, list[Any]] = {name: [] for name in ("number", *_OF_UPDATE)}
        prepared: dict[int, dict[str, list[Any]]] = {}
        for row in document.spool.hosts():
            answer = prepared.get(row["answer"])
            if answer is None:
                answer = prepared[row["answer"]] = _answer(row["findings"], facts)
            columns["number"].extend([len(hosts)] * len(answer["update"]))
            for name, values in answer.items():
                columns[name].extend(values)
            hosts.append(row)
            if len(columns["number"]) >= _ROWS:
                writer.write_batch(_batch(hosts, columns))
                hosts, prepared = [], {}
                columns = {name: [] for name in columns}
        if hosts:
            writer.write_batch(_batch(hosts, columns))


def _answer(findings: str, facts: dict[str, dict[str, Any]]) -> dict[str, list[Any]]:
    """The columns of the updates for one set of findings; sets that are the same are made once a row group."""
    found = json.loads(findings)
    verdicts = verdicts_of(found)
    ids: list[str | None] = [*sorted(verdicts)] or [None]
    marks = {mark: frozenset(found.get(mark, ())) for mark in ("failing", "blocked", "waived")}
    return {
        "update": ids,
        "product": [one and facts[one]["product"] for one in ids],
        "kb": [one and facts[one]["kb"] for one in ids],
        "importance": [one and facts[one]["importance"] for one in ids],
        "verdict": [one and verdicts[one] for one in ids],
        **{mark: [one in those if one else None for one in ids] for mark, those in marks.items()},
    }


def _batch(hosts: list[sqlite3.Row], columns: dict[str, list[Any]]) -> pa.RecordBatch:
    number = pa.array(columns["number"], pa.int32())
    arrays = []
    for kind, read in _OF_HOST.values():
        values = pa.array(map(read, hosts), pa.string() if kind == _WORD else kind)
        arrays.append(values.dictionary_encode().take(number) if kind == _WORD else values.take(number))
    for name, kind in _OF_UPDATE.items():
        plain = pa.array(columns[name], pa.string() if kind == _WORD else kind)
        arrays.append(plain.dictionary_encode() if kind == _WORD else plain)
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _moment(at: str | None) -> datetime | None:
    try:
        return None if at is None else datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
