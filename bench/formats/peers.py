"""Copies a table from a file to a file of another format, with one of the libraries of Python."""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))
import peer_clock

library, source, target = sys.argv[1:4]


def ends(path, ending):
    return path.endswith(ending)


def pyarrow():
    import pyarrow.json
    import pyarrow.parquet

    peer_clock.start()
    if ends(target, ".parquet"):
        pyarrow.parquet.write_table(pyarrow.json.read_json(source), target)
        return
    with open(target, "w", encoding="utf8") as lines:
        for batch in pyarrow.parquet.ParquetFile(source).iter_batches():
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist())


def pandas():
    import pandas
    import openpyxl
    import pyarrow

    peer_clock.start()
    read = {".parquet": pandas.read_parquet, ".xlsx": pandas.read_excel}
    frame = read.get(Path(source).suffix, lambda path: pandas.read_json(path, lines=True))(source)
    if ends(target, ".parquet"):
        frame.to_parquet(target)
    elif ends(target, ".xlsx"):
        frame.to_excel(target, index=False)
    else:
        frame.to_json(target, orient="records", lines=True, force_ascii=False)


def polars():
    import polars

    peer_clock.start()
    if ends(target, ".parquet"):
        polars.read_ndjson(source).write_parquet(target)
    else:
        polars.read_parquet(source).write_ndjson(target)


def openpyxl():
    import openpyxl

    peer_clock.start()
    if ends(target, ".xlsx"):
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        with open(source, encoding="utf8") as lines:
            for number, line in enumerate(lines):
                row = json.loads(line)
                if number == 0:
                    sheet.append(list(row))
                sheet.append(list(row.values()))
        book.save(target)
        return
    rows = openpyxl.load_workbook(source, read_only=True).active.iter_rows(values_only=True)
    names = next(rows)
    with open(target, "w", encoding="utf8") as lines:
        lines.writelines(json.dumps(dict(zip(names, row)), default=str, ensure_ascii=False) + "\n" for row in rows)


{"pyarrow": pyarrow, "pandas": pandas, "polars": polars, "openpyxl": openpyxl}[library]()
peer_clock.report()
