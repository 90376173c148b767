// The learnt pace in virtual time against a client that knows all, on many servers of each kind: 40, `PACE_SEEDS=10` for
// fewer, `--short` for two.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isShort, round } from './measure.js'

const root = join(import.meta.dirname, '..')
const test = 'packages/core/src/serving/limiter/learnt/learnt-pace.test.ts'

export async function bench() {
  const seeds = isShort ? '2' : (process.env.PACE_SEEDS ?? '40')
  const env = { ...process.env, PACE_SEEDS: seeds }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', '--project', 'unit', test], {
    cwd: root,
    env,
    maxBuffer: 2 ** 26,
  }).catch((error) => {
    // Where an aim is missed the test fails; its figures are what is wanted here.
    if (typeof error.code === 'number') return error
    throw error
  })
  const kinds = stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(({ length }) => length === 5)
    .map(([, ...numbers]) => numbers.map(Number))
  assert.ok(kinds.length > 0 && kinds.every((numbers) => numbers.every(Number.isFinite)), 'nothing was compared')
  const middle = (place) => kinds.map((numbers) => numbers[place]).sort((a, b) => a - b)[kinds.length >> 1]
  const lost = kinds.reduce((sum, [, , , lost]) => sum + lost, 0)
  assert.equal(lost, 0, 'rows were lost')
  return {
    kinds: kinds.length,
    median: round(middle(0)),
    nine_of_ten: round(middle(1)),
    worst_median: round(Math.max(...kinds.map(([median]) => median))),
    lost,
  }
}
