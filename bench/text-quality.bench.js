// text.filter with all presets over rows of prose, file to file through a pipeline, beside the same pipeline without the
// filter, and beside the same filters of datatrove: documents per second, and the seconds that the rules add.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'
import { makeDocuments } from './near-dedupe/make-documents.js'
import { peerFigures, peerPython, runPeer } from './peers.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const count = sized(10_000, 500)
    const input = join(folder, 'documents.jsonl')
    await makeDocuments(input, count)
    const [filtered, copied] = [join(folder, 'filtered.jsonl'), join(folder, 'copied.jsonl')]
    const script = join(import.meta.dirname, 'text-quality', 'ours.js')
    const results = await alternate(
      sized(3, 1),
      () => runScript(script, [input, filtered, 'filter']),
      () => runScript(script, [input, copied, 'copy']),
    )
    const lines = (path) => readFileSync(path, 'utf8').trimEnd().split('\n').length
    if (lines(filtered) !== count || lines(copied) !== count) throw new Error('rows were lost')
    const [ours, copy] = [results.ours, results.theirs].map((runs) => median(runs.map((run) => run.seconds)))
    const cpu = median(results.ours.map((run) => run.cpuSeconds))
    const figures = {
      documents: count,
      filter_s: round(ours),
      copy_s: round(copy),
      documents_per_s: Math.round(count / ours),
      filter_cpu_s: round(cpu),
    }
    const python = peerPython()
    if (python === undefined) return figures
    const peer = runPeer(python, join(import.meta.dirname, 'text-quality', 'datatrove_peer.py'), [
      input,
      join(folder, 'datatrove.jsonl'),
    ])
    return {
      ...figures,
      ...peerFigures('datatrove', peer),
      datatrove_documents_per_s: Math.round(count / peer.seconds),
      ratio: round(ours / peer.seconds),
      cpu_ratio: round(cpu / peer.cpuSeconds),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
