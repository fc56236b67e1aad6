"""A sealed segment, read by pyarrow and by DuckDB: the body column holds the lines that were sent, to the byte."""

import json
import os

import duckdb
import pyarrow.parquet

from report import check, equal

FOLDER = os.environ["PEER_FOLDER"]
SEGMENT = os.path.join(FOLDER, "sealed.parquet")

with open(os.path.join(FOLDER, "lines.json"), encoding="utf-8") as file:
    LINES = json.load(file)


def as_bytes(values):
    return [value.encode("utf-8") if isinstance(value, str) else value for value in values]


@check("pyarrow reads the body of a sealed segment to the byte")
def _():
    table = pyarrow.parquet.read_table(SEGMENT)
    equal(as_bytes(table["body"].to_pylist()), as_bytes(LINES))
    equal(table["id"].to_pylist(), [json.loads(line)["flight"] for line in LINES])


@check("pyarrow finds the promoted columns and the segment's own metadata")
def _():
    file = pyarrow.parquet.ParquetFile(SEGMENT)
    names = file.schema_arrow.names
    equal([name for name in ("origin", "destination", "delay", "distance") if name not in names], [])
    equal(json.loads(file.metadata.metadata[b"icecore.segment"])["dataset"], "flights")


@check("DuckDB reads the body of a sealed segment to the byte")
def _():
    rows = duckdb.sql(f"SELECT body FROM '{SEGMENT}' ORDER BY id").fetchall()
    equal(as_bytes([body for (body,) in rows]), as_bytes(LINES))
