// What a partition costs besides its work: partitions of one row, one after another, through one worker. The times are those
// at which the worker began them.
import assert from 'node:assert/strict'
import { median, round, sized } from './measure.js'
import { onEachBackend } from './workers/backends.js'
import { QueueProject, reportOf } from './workers/queue-project.js'

const partitions = sized(1000, 30)

const note = `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('note').read('fs.file', { path: 'rows.jsonl', key: 'row' })
  .map((row) => ({ ...row, began: performance.timeOrigin + performance.now(), by: process.pid }))
  .write('fs.file', { path: 'noted.jsonl' })
`

export const bench = () =>
  onEachBackend(async (url) => {
    const rows = Array.from({ length: partitions }, (_, row) => `${JSON.stringify({ row })}\n`)
    const project = new QueueProject(url, {
      executor: { rows: 1 },
      files: { 'pipelines/note.js': note, 'rows.jsonl': rows.join('') },
    })
    try {
      await project.start(1)
      await reportOf(project.run('note'))
      const noted = project.rows('noted.jsonl')
      assert.deepEqual(
        noted.map(({ row }) => row),
        rows.map((_, row) => row),
      )
      assert.equal(new Set(noted.map(({ by }) => by)).size, 1)
      const began = noted.map((row) => row.began).toSorted((a, b) => a - b)
      const between = began.slice(1).map((at, index) => at - began[index])
      return {
        ms_per_partition: round((began.at(-1) - began[0]) / between.length),
        median_ms_per_partition: round(median(between)),
      }
    } finally {
      await project.close()
    }
  })
