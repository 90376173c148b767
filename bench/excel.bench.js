// JSON Lines to an Excel workbook and back through a pipeline, beside openpyxl and pandas.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTable } from './formats/make-table.js'
import { median, round, runScript, sized } from './measure.js'
import { peerFigures, peerPython, runPeer } from './peers.js'

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
        cpuSeconds: median(done.map((run) => run.cpuSeconds)),
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
      write_cpu_s: round(write.cpuSeconds),
      read_s: round(read.seconds),
      read_cpu_s: round(read.cpuSeconds),
      peak_mb: Math.round(Math.max(write.peak, read.peak)),
    }
    const python = peerPython()
    for (const library of python === undefined ? [] : ['openpyxl', 'pandas']) {
      const run = (from, to) => runPeer(python, script('peers.py'), [library, path(from), path(`${library}.${to}`)])
      Object.assign(figures, peerFigures(`${library}_write`, run('in.jsonl', 'xlsx')))
      Object.assign(figures, peerFigures(`${library}_read`, run('out.xlsx', 'jsonl')))
    }
    if (python !== undefined)
      for (const name of ['write', 'read'])
        figures[`${name}_openpyxl_cpu_ratio`] = round(figures[`${name}_cpu_s`] / figures[`openpyxl_${name}_cpu_s`])
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
