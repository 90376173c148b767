"""Says how long the measured part of a peer took, and the memory at its peak, as the scripts in JavaScript do."""

import resource
import time

begun = time.perf_counter()
used = time.process_time()


def start():
    global begun, used
    begun, used = time.perf_counter(), time.process_time()


def report():
    print(f"seconds={time.perf_counter() - begun}")
    print(f"cpu_seconds={time.process_time() - used}")
    print(f"peak_rss_kb={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
