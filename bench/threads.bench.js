// The same steps in one thread and in two: a map that only computes, and a map that parses a column of JSON of about 4 KB.
// The outputs have to be the same bytes.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'
import { makeInput } from './threads/make-input.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const compute = await compared('compute', sized(6_000, 100), folder, false)
    const parse = await compared('parse', sized(60_000, 200), folder, true)
    return { ...figures('compute', compute), ...figures('parse', parse) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function compared(pipeline, rows, folder, isWide) {
  const input = join(folder, `${pipeline}.jsonl`)
  await makeInput(input, rows, isWide)
  const run = async (threads) => {
    const output = join(folder, `${pipeline}-${threads}.jsonl`)
    const state = join(folder, '.maestro')
    const env = { ...process.env, BENCH_INPUT: input, BENCH_OUTPUT: output, BENCH_STATE: state, BENCH_THREADS: threads }
    return runScript(join(import.meta.dirname, 'threads/run.js'), [pipeline], { env })
  }
  const results = await alternate(
    sized(3, 1),
    () => run(2),
    () => run(0),
  )
  const [two, one] = [2, 0].map((threads) => readFileSync(join(folder, `${pipeline}-${threads}.jsonl`)))
  if (one.length === 0 || hash(one) !== hash(two)) throw new Error('the outputs differ')
  return results
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex')

function figures(name, { ours, theirs }) {
  const [two, one] = [ours, theirs].map((runs) => median(runs.map(({ seconds }) => seconds)))
  return {
    [`${name}_one_thread_s`]: round(one),
    [`${name}_two_threads_s`]: round(two),
    [`${name}_speedup`]: round(one / two),
    [`${name}_peak_mb`]: Math.round(Math.max(...ours.map((run) => run.peakMegabytes))),
  }
}
