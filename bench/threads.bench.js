// The same steps in one thread and in two: a map that only computes, and a map that parses a column of JSON of about 4 KB.
// Beside them, plain threads that share nothing: what two threads can gain on this machine. All outputs have to be the same bytes.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, round, runScript, sized } from './measure.js'
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

async function compared(name, rows, folder, isWide) {
  const input = join(folder, `${name}.jsonl`)
  await makeInput(input, rows, isWide)
  const outputs = new Set()
  const run = async (script, threads) => {
    const output = join(folder, `${name}-output.jsonl`)
    const state = join(folder, '.maestro')
    const env = { ...process.env, BENCH_INPUT: input, BENCH_OUTPUT: output, BENCH_STATE: state, BENCH_THREADS: threads }
    const measured = await runScript(join(import.meta.dirname, 'threads', script), [name, threads], { env })
    outputs.add(hash(readFileSync(output)))
    return measured
  }
  const runs = { two: [], one: [], plainTwo: [], plainOne: [] }
  for (let turn = 0; turn < sized(3, 1); turn++) {
    runs.two.push(await run('run.js', 2))
    runs.one.push(await run('run.js', 0))
    runs.plainTwo.push(await run('plain.js', 2))
    runs.plainOne.push(await run('plain.js', 0))
  }
  if (outputs.size !== 1 || outputs.has(hash(''))) throw new Error('the outputs differ, or are empty')
  return runs
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex')

function figures(name, runs) {
  const seconds = (kind) => median(runs[kind].map((run) => run.seconds))
  const speedup = seconds('one') / seconds('two')
  const plainSpeedup = seconds('plainOne') / seconds('plainTwo')
  return {
    [`${name}_one_thread_s`]: round(seconds('one')),
    [`${name}_two_threads_s`]: round(seconds('two')),
    [`${name}_speedup`]: round(speedup),
    [`${name}_plain_speedup`]: round(plainSpeedup),
    [`${name}_speedup_to_plain`]: round(speedup / plainSpeedup),
    [`${name}_peak_mb`]: Math.round(Math.max(...runs.two.map((run) => run.peakMegabytes))),
  }
}
