// The same work without a pipeline, in this thread or in several that share nothing: each reads its part of the input and writes
// its part of the output. What several threads gain here is what the machine allows: node plain.js compute THREADS
import { once } from 'node:events'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Worker, workerData } from 'node:worker_threads'
import { reportSeconds } from '../measure.js'
import { compute, parse } from './row-functions.js'

const { BENCH_INPUT: input, BENCH_OUTPUT: output } = process.env

if (workerData === null) {
  const [name, threads] = [process.argv[2], Number(process.argv[3])]
  const started = performance.now()
  if (threads === 0) writeFileSync(output, workOn(name, 0, 1))
  else {
    const parts = Array.from({ length: threads }, (_, part) => ({
      name,
      part,
      parts: threads,
      path: `${output}.${part}`,
    }))
    await Promise.all(parts.map((part) => once(new Worker(import.meta.filename, { workerData: part }), 'exit')))
    rmSync(output, { force: true })
    for (const { path } of parts) appendFileSync(output, readFileSync(path))
  }
  reportSeconds(started)
} else {
  const { name, part, parts, path } = workerData
  writeFileSync(path, workOn(name, part, parts))
}

/** The output lines of one of so many equal parts of the input. */
function workOn(name, part, parts) {
  const work = name === 'parse' ? parse : compute
  const bytes = readFileSync(input)
  const startOf = (part) => (part === 0 ? 0 : bytes.indexOf(10, Math.floor((bytes.length / parts) * part)) + 1)
  const end = part + 1 === parts ? bytes.length : startOf(part + 1)
  const lines = bytes.toString('utf8', startOf(part), end).trimEnd().split('\n')
  return lines.map((line) => `${JSON.stringify(work(JSON.parse(line)))}\n`).join('')
}
