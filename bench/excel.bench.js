// JSON Lines to an Excel workbook and back through a pipeline, beside openpyxl in Python, if it is installed.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTable } from './formats/make-table.js'
import { median, round, runScript, sized } from './measure.js'

const script = (name) => join(import.meta.dirname, 'formats', name)

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    const path = (name) => join(folder, name)
    const [rows, columns] = [sized(100_000, 500), 20]
    await makeTable(path('in.jsonl'), rows, columns)
    const runs = async (from, to) => {
      const done = []
      for (let turn = 0; turn < sized(3, 1); turn++)
        done.push(await runScript(script('copy.js'), [path(from), path(to)]))
      return {
        seconds: median(done.map((run) => run.seconds)),
        peak: Math.max(...done.map((run) => run.peakMegabytes)),
      }
    }
    const write = await runs('in.jsonl', 'out.xlsx')
    const read = await runs('out.xlsx', 'out.jsonl')
    if (!readFileSync(path('out.jsonl')).equals(readFileSync(path('in.jsonl'))))
      throw new Error('other rows came back than were written')
    const figures = {
      rows,
      columns,
      write_s: round(write.seconds),
      read_s: round(read.seconds),
      peak_mb: Math.round(Math.max(write.peak, read.peak)),
    }
    const peer = openpyxl(path('out.xlsx'))
    return peer === undefined
      ? figures
      : { ...figures, openpyxl_read_s: round(peer), read_ratio: round(read.seconds / peer) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The seconds in which openpyxl reads all values; undefined where it is not installed. */
function openpyxl(path) {
  const program = [
    'import sys, time, openpyxl',
    'started = time.time()',
    'sheet = openpyxl.load_workbook(sys.argv[1], read_only=True).active',
    'count = sum(1 for row in sheet.iter_rows(values_only=True))',
    'print(time.time() - started)',
  ]
  try {
    return Number(execFileSync('python3', ['-c', program.join('\n'), path], { stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
