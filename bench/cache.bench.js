// A rerun of 50,000 rows whose answers are all kept, through the whole pipeline; beside a loop that reads the rows and
// looks each answer up in SQLite by hand.
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { answerTo, question, rows } from './cache/task.js'
import { makeRows } from './make-rows.js'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const file = (name) => join(folder, name)
  try {
    await makeRows(file('rows.jsonl'), rows, 500)
    fillByHand(file('bare.sqlite'), file('rows.jsonl'))
    const script = (name) => join(import.meta.dirname, 'cache', name)
    const ours = () => runScript(script('ours.js'), [file('rows.jsonl'), file('ours.jsonl'), file('state')])
    const bare = () => runScript(script('bare-loop.js'), [file('rows.jsonl'), file('bare.jsonl'), file('bare.sqlite')])
    const first = await ours()
    const results = await alternate(sized(3, 1), ours, bare)
    if (statSync(file('ours.jsonl')).size !== statSync(file('bare.jsonl')).size) throw new Error('the outputs differ')
    const callsOf = ({ stdout }) => Number(/calls=(\d+)/.exec(stdout)?.[1])
    assert.equal(callsOf(first), rows, 'the first run asks about each row')
    assert.equal(Math.max(...results.ours.map(callsOf)), 0, 'a rerun asks nothing')
    const secondsOf = (runs) => median(runs.map((run) => run.seconds))
    const [oursSeconds, bareSeconds] = [secondsOf(results.ours), secondsOf(results.theirs)]
    return {
      rows_per_s: round(rows / oursSeconds, 0),
      calls: Math.max(...results.ours.map(callsOf)),
      bare_loop_rows_per_s: round(rows / bareSeconds, 0),
      ratio: round(oursSeconds / bareSeconds),
      first_run_rows_per_s: round(rows / first.seconds, 0),
      first_run_calls: callsOf(first),
      peak_rss_mb: round(Math.max(...results.ours.map((run) => run.peakMegabytes)), 0),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The answers as someone would keep them by hand. */
function fillByHand(path, input) {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT); BEGIN')
  const insert = database.prepare('INSERT OR REPLACE INTO answers VALUES (?, ?)')
  for (const line of readFileSync(input, 'utf8').trimEnd().split('\n')) {
    const { text } = JSON.parse(line)
    insert.run(hash('sha256', question + text), JSON.stringify({ text: answerTo(text).trim() }))
  }
  database.exec('COMMIT')
  database.close()
}
