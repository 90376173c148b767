// A worker is killed in the middle of a partition. How long is it until a row of that partition runs in another one?
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, round, sized } from './measure.js'
import { onEachBackend } from './workers/backends.js'
import { QueueProject, reportOf } from './workers/queue-project.js'

const times = sized(10, 1)
// Three partitions: the other worker is done with its two before it can take over the third.
const rows = 30

/** Each row takes a moment, and notes before where it runs. */
const work = `import { appendFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('work').read('fs.file', { path: 'rows.jsonl', key: 'row' })
  .map(async (row) => {
    const began = performance.timeOrigin + performance.now()
    appendFileSync(process.env.BENCH_NOTES, JSON.stringify({ row: row.row, worker: process.ppid, pid: process.pid, began }) + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 2000))
    return { row: row.row }
  })
  .write('fs.file', { path: 'done.jsonl' })
`

async function seconds(url, namespace) {
  const input = Array.from({ length: rows }, (_, row) => `${JSON.stringify({ row })}\n`)
  const project = new QueueProject(url, {
    executor: { rows: 10, namespace },
    files: { 'pipelines/work.js': work, 'rows.jsonl': input.join('') },
  })
  try {
    await project.start(2)
    const run = project.run('work')
    const { worker, pid, row, began } = await firstNote(project)
    // Well before the end of the partition.
    await sleep(began + 500 - Date.now())
    // The process of the command first, then that which does the work.
    for (const one of [worker, pid]) process.kill(one, 'SIGKILL')
    const killed = performance.timeOrigin + performance.now()
    await reportOf(run)
    const done = project.rows('done.jsonl').map((line) => line.row)
    assert.deepEqual(
      done,
      input.map((_, index) => index),
    )
    const again = project.noted().find((note) => note.row === row && note.pid !== pid)
    assert.ok(again !== undefined && again.began > killed, 'the partition did not move')
    return (again.began - killed) / 1000
  } finally {
    await project.close()
  }
}

async function firstNote(project) {
  for (;;) {
    const [note] = project.noted()
    if (note !== undefined) return note
    await sleep(10)
  }
}

export const bench = () =>
  onEachBackend(async (url) => {
    const all = []
    for (let time = 0; time < times; time++) all.push(await seconds(url, `failover${time}`))
    return { median_s: round(median(all)), most_s: round(Math.max(...all)) }
  })
