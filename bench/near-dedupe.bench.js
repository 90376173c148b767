// text.dedupe-near over a seeded, labelled set with planted near duplicates, file to file through a pipeline, beside
// datasketch in Python. Reports documents per second, precision, recall, and F1 of the dropped rows.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
import { makeDocuments } from './near-dedupe/make-documents.js'
import { peerPython } from './peers.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const [input, output] = [join(folder, 'documents.jsonl'), join(folder, 'out.jsonl')]
    const count = sized(100_000, 1000)
    const duplicates = await makeDocuments(input, count)
    const script = (name) => join(import.meta.dirname, 'near-dedupe', name)
    const runs = []
    for (let round = 0; round < sized(3, 1); round++) runs.push(await runScript(script('ours.js'), [input, output]))
    const kept = new Set(
      readFileSync(output, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    )
    const scores = scored(count, duplicates, (id) => !kept.has(id))
    if (scores.recall < 0.9 || scores.precision < 0.9) throw new Error(`the result is wrong: ${JSON.stringify(scores)}`)
    const seconds = median(runs.map((run) => run.seconds))
    const figures = {
      documents: count,
      ours_s: round(seconds),
      documents_per_s: Math.round(count / seconds),
      peak_mb: Math.round(Math.max(...runs.map((run) => run.peakMegabytes))),
      ...rounded(scores),
    }
    const python = peerPython()
    if (python === undefined) return figures
    const peer = JSON.parse(execFileSync(python, [script('datasketch_peer.py'), input], { encoding: 'utf8' }))
    const dropped = new Set(peer.dropped)
    const theirs = scored(count, duplicates, (id) => dropped.has(id))
    return {
      ...figures,
      datasketch_s: round(peer.seconds),
      datasketch_cpu_s: round(peer.cpuSeconds),
      datasketch_f1: round(theirs.f1, 3),
      ratio: round(seconds / peer.seconds),
      cpu_ratio: round(median(runs.map((run) => run.cpuSeconds)) / peer.cpuSeconds),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function scored(count, duplicates, isDropped) {
  let [right, found] = [0, 0]
  for (let index = 0; index < count; index++) {
    const id = `d${index}`
    if (!isDropped(id)) continue
    found++
    if (duplicates.has(id)) right++
  }
  const [precision, recall] = [found === 0 ? 0 : right / found, right / duplicates.size]
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall || 1) }
}

const rounded = (scores) => Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, round(value, 3)]))
