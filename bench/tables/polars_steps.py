"""polars over the same files, lazily and streaming where it can."""

import sys
import time

import polars as pl

step, source, users, output = sys.argv[1:5]
parquet = source.endswith(".parquet")
started = time.perf_counter()
rows = pl.scan_parquet(source) if parquet else pl.scan_ndjson(source)
levels = pl.scan_parquet(users) if parquet else pl.scan_ndjson(users)
plans = {
    "filter": lambda: rows.filter((pl.col("stars") > 2) & (pl.col("price") < 900)),
    "aggregate": lambda: rows.group_by("stars", "day").agg(pl.len().alias("n"), pl.col("price").sum().alias("total")),
    "sort": lambda: rows.sort("price", descending=True),
    "dedupe": lambda: rows.unique("user"),
    "join": lambda: rows.join(levels, on="user"),
}
frame = plans[step]().collect()
if parquet:
    frame.write_parquet(output)
else:
    frame.write_ndjson(output)
print(f"seconds={time.perf_counter() - started}")
