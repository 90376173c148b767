import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { TemporaryProject } from '../__fixtures__/temporary-project.js'

const script = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0

/**
 * Waits for the given number of milliseconds in the step `work`, writes a log line, and fails on the last row on
 * request.
 */
const pipeline = `
  import { setTimeout as sleep } from 'node:timers/promises'
  import { pipeline } from '@maestro-dataflow/core'
  import { z } from 'zod'
  const params = z.object({ wait: z.number(), fail: z.boolean().default(false) })
  export default pipeline('slow', { params }, (p, { wait, fail }) => p
    .from([1, 2, 3, 4].map((n) => ({ n })), { columns: { n: 'integer' } })
    .map(async (row, { signal }) => {
      if (row.n === 1) console.log('a log line')
      await sleep(row.n === 1 ? 0 : wait, undefined, { signal })
      return row
    }, { id: 'work' })
    .map((row) => {
      if (fail) throw new Error('broken')
      return row
    }, { id: 'check' })
    .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }))`

/** Commits every two rows, and fails at row 7, behind the first commit, until there is a file. Then each row takes 0.2 seconds. */
const stopping = `
  import { existsSync, globSync } from 'node:fs'
  import { setTimeout as sleep } from 'node:timers/promises'
  import { pipeline } from '@maestro-dataflow/core'
  import { setPartitionSize } from '@maestro-dataflow/core/runtime'
  setPartitionSize({ rows: 2, milliseconds: 1e9 })
  export default pipeline('stopping')
    .from([1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ n })), { columns: { n: 'integer' } })
    .map(async (row) => {
      if (existsSync('go')) await sleep(200)
      else if (row.n === 7) {
        while (globSync('.maestro/runs/*/stages/*/progress.json').length === 0) await sleep(10)
        throw new Error('There is no file yet')
      }
      return row
    }, { id: 'work', onError: 'fail' })
    .write('fs.file', { path: 'stopping.jsonl' })`

const project = new TemporaryProject({
  'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: '*.ts' },
  'slow.ts': pipeline,
})
const interrupted = new TemporaryProject({
  'maestro.config.json': {
    plugins: ['@maestro-dataflow/plugin-fs'],
    pipelines: '*.ts',
    run: { rowsInFlight: 1 },
  },
  'stopping.ts': stopping,
})
afterAll(() => {
  project.remove()
  interrupted.remove()
})

const hidden = '\u001b[?25l'
const shown = '\u001b[?25h'

describe.runIf(script)('on a terminal', () => {
  test('lines are drawn over, the output of others stays above, and the cursor returns', async () => {
    const { code, stdout } = await project.onTerminal(['run', 'slow', '--set', 'wait=500'])
    expect(code).toBe(0)
    expect(stdout.indexOf(hidden)).toBeGreaterThan(-1)
    expect(stdout.lastIndexOf(shown)).toBeGreaterThan(stdout.lastIndexOf(hidden))
    expect(stdout.split('\u001b[3A\r\u001b[0J').length).toBeGreaterThan(2)
    const text = stripVTControlCharacters(stdout)
    expect(text).toMatch(/work +█{4}░{12} {2}1\/4 rows/)
    // The last version of each line remains, below the log line and above the report.
    const end = text.slice(text.lastIndexOf('source '))
    expect(end).toMatch(
      /^source +█{16} {2}4 rows.*\r\nwork +█{16} {2}4 rows.*\r\ncheck +█{16} {2}4 rows.*\r\nslow: done/,
    )
    expect(text).toContain('a log line\r\n')
  })

  test('a resumed run counts what was done before, and estimates the rest by its own rate', async () => {
    expect((await interrupted.maestro('run', 'stopping')).code).toBe(1)
    // A plain run says what is left of the one before, and begins anew.
    const anew = stripVTControlCharacters((await interrupted.onTerminal(['run', 'stopping'])).stdout)
    expect(anew).toMatch(
      /is unfinished\. Left: stage 0 \(function\) after [246] rows\. To continue it instead: maestro resume \S/,
    )
    interrupted.write('go', '')
    const { stdout } = await interrupted.onTerminal(['resume'])
    const text = stripVTControlCharacters(stdout)
    const before = Number(/goes on after (\d+) rows/.exec(text)?.[1])
    expect(before).toBeGreaterThan(0)
    const shown = [...text.matchAll(/^work +[█░]+ {2}(\d+)\/~?\d+ rows(?: {2}([\d.]+) rows\/s {2}ETA ([\d.]+) s)?/gm)]
    expect(shown.length).toBeGreaterThan(0)
    for (const [line, done, rate, left] of shown) {
      expect(Number(done), line).toBeGreaterThanOrEqual(before)
      if (rate === undefined) continue
      // No row takes less than 0.2 seconds, and times are shown in tenths of seconds.
      expect(Number(rate), line).toBeLessThanOrEqual(5.05)
      expect(Number(left), line).toBeGreaterThanOrEqual((8 - Number(done)) * 0.2 - 0.06)
    }
    expect(text).toMatch(/^work +█{16} {2}8 rows/m)
  })

  test('NO_COLOR: no colours, and still drawn over', async () => {
    const { stdout } = await project.onTerminal(['run', 'slow', '--set', 'wait=300'], 90, { NO_COLOR: '1' })
    expect(stdout).toContain('\u001b[0J')
    expect(stdout.split('\u001b[').filter((part) => /^\d*m/.test(part))).toEqual([])
    const coloured = await project.onTerminal(['run', 'slow', '--set', 'wait=300'])
    expect(coloured.stdout.split('\u001b[').some((part) => /^\d+m/.test(part))).toBe(true)
  })

  test('the cursor comes back when the run fails', async () => {
    const { code, stdout } = await project.onTerminal(['run', 'slow', '--set', 'wait=0', '--set', 'fail=true'])
    expect(code).toBe(1)
    expect(stdout.lastIndexOf(shown)).toBeGreaterThan(stdout.lastIndexOf(hidden))
    expect(stdout.lastIndexOf('MAESTRO_RUN_ALL_FAILED')).toBeGreaterThan(stdout.lastIndexOf(shown))
  })

  test('a terminal that does not know its size', async () => {
    const { stdout } = await project.onTerminal(['run', 'slow', '--set', 'wait=300'], 0)
    expect(stripVTControlCharacters(stdout)).toMatch(/work +█{4}░{12} {2}1\/4 rows/)
  })

  test('with --verbose, or on a dumb terminal, nothing is drawn over', async () => {
    const verbose = await project.onTerminal(['run', 'slow', '--verbose', '--set', 'wait=0'])
    const dumb = await project.onTerminal(['run', 'slow', '--set', 'wait=0'], 90, { TERM: 'dumb' })
    for (const { code, stdout } of [verbose, dumb]) {
      expect(code).toBe(0)
      expect(stdout).not.toContain(hidden)
    }
  })
})

test('elsewhere: a plain line every five seconds on standard error', async () => {
  const { code, stdout, stderr } = await project.maestro('run', 'slow', '--json', '--set', 'wait=6000')
  expect(code).toBe(0)
  const lines = stderr.trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(/^[\d.]+ s \| work: 1\/4 rows, [\d.]+ rows\/s, ETA /)
  const [log, report = ''] = stdout.split('\n')
  expect(log).toBe('a log line')
  expect(lines.length).toBeLessThanOrEqual(JSON.parse(report).durationMs / 5000)
})
