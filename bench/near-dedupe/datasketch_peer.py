"""Near duplicates by datasketch with the same parameters: 128 hash functions, sequences of five words, threshold 0.7."""
import json
import sys
import time

from datasketch import MinHash, MinHashLSH

started, used = time.perf_counter(), time.process_time()
index = MinHashLSH(threshold=0.7, num_perm=128)
dropped = []
for line in open(sys.argv[1], encoding="utf8"):
    row = json.loads(line)
    words = row["text"].lower().split()
    shingles = {" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))}
    signature = MinHash(num_perm=128)
    signature.update_batch(shingles)
    if index.query(signature):
        dropped.append(row["id"])
    else:
        index.insert(row["id"], signature)
seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "dropped": dropped}))
