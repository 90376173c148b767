"""datatrove's filters of Gopher, C4, and FineWeb over the texts of a file, one after the other in one process."""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))
import peer_clock
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

source, target = sys.argv[1:3]
filters = [GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter()]
for one in filters:
    one.filter(Document(text="The first text loads the tokenizer.", id="first"))
peer_clock.start()
kept = 0
with open(source, encoding="utf8") as lines, open(target, "w", encoding="utf8") as output:
    for line in lines:
        row = json.loads(line)
        # Each filter may change the text, and all of them are asked, as ours measure every rule of every text.
        verdicts = [one.filter(Document(text=row["text"], id=row["id"])) is True for one in filters]
        row["kept"] = all(verdicts)
        kept += row["kept"]
        output.write(json.dumps(row, ensure_ascii=False) + "\n")
peer_clock.report()
print(f"kept={kept}")
