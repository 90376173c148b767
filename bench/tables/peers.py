"""polars (lazily) or pandas over the same files."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))
import peer_clock

library, step, source, users, output = sys.argv[1:6]
parquet = source.endswith(".parquet")


def polars():
    import polars as pl

    peer_clock.start()
    scan = pl.scan_parquet if parquet else pl.scan_ndjson
    rows, levels = scan(source), scan(users)
    plans = {
        "filter": lambda: rows.filter((pl.col("stars") > 2) & (pl.col("price") < 900)),
        "aggregate": lambda: rows.group_by("stars", "day").agg(pl.len().alias("n"), pl.col("price").sum().alias("total")),
        "sort": lambda: rows.sort("price", descending=True),
        "dedupe": lambda: rows.unique("user"),
        "join": lambda: rows.join(levels, on="user"),
        "chain": lambda: rows.filter((pl.col("stars") > 2) & (pl.col("price") < 900))
        .group_by("user")
        .agg(pl.len().alias("n"), pl.col("price").sum().alias("total"))
        .filter(pl.col("n") > 1)
        .sort("total", descending=True),
    }
    frame = plans[step]().collect()
    if parquet:
        frame.write_parquet(output)
    else:
        frame.write_ndjson(output)


def pandas():
    import pandas as pd
    import pyarrow

    peer_clock.start()
    read = pd.read_parquet if parquet else lambda path: pd.read_json(path, lines=True)
    rows = read(source)
    chosen = lambda: rows[(rows.stars > 2) & (rows.price < 900)]
    total = lambda frame, by: frame.groupby(by).agg(n=("price", "size"), total=("price", "sum")).reset_index()
    plans = {
        "filter": chosen,
        "aggregate": lambda: total(rows, ["stars", "day"]),
        "sort": lambda: rows.sort_values("price", ascending=False, kind="stable"),
        "dedupe": lambda: rows.drop_duplicates("user"),
        "join": lambda: rows.merge(read(users), on="user"),
        "chain": lambda: total(chosen(), "user").query("n > 1").sort_values("total", ascending=False),
    }
    frame = plans[step]()
    if parquet:
        frame.to_parquet(output)
    else:
        frame.to_json(output, orient="records", lines=True, force_ascii=False)


{"polars": polars, "pandas": pandas}[library]()
peer_clock.report()
