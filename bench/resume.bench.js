// How long a resumed run takes to its first new row, after 10,000,000 rows that are done.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { round, runScript, sized } from './measure.js'

export async function bench() {
  const rows = sized(10_000_000, 20_000)
  const partition = sized(200_000, 5000)
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const path = join(folder, 'rows.jsonl')
    for (let start = 0; start < rows; start += 100_000) {
      const count = Math.min(100_000, rows - start)
      const lines = Array.from({ length: count }, (_, at) => `{"n":${start + at}}\n`)
      writeFileSync(path, lines.join(''), { flag: 'a' })
    }
    const script = join(import.meta.dirname, 'resume/run.js')
    const args = [folder, String(rows), String(partition)]
    const { signal } = spawnSync(process.execPath, [script, ...args])
    assert.equal(signal, 'SIGKILL', 'the first process was to end at the last row')
    const { seconds, stdout } = await runScript(script, args)
    const first = Number(/first=(\d+)/.exec(stdout)?.[1])
    assert.ok(first >= rows - 3 * partition && first < rows, `the run went on at row ${first}`)
    let next = 0
    for await (const line of createInterface(createReadStream(join(folder, 'out.jsonl'))))
      assert.equal(JSON.parse(line).twice, 2 * next++)
    assert.equal(next, rows)
    return { seconds_to_first_new_row: round(seconds, 3), rows_done: first }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
