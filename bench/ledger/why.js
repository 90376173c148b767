// Explains single rows of a run, each as a command does: from opening the run to the explanation.
import assert from 'node:assert/strict'
import { explainRow, findRun } from '@maestro-dataflow/core/runtime'
import { median } from '../measure.js'

const [state = '', count = ''] = process.argv.slice(2)
const times = []
for (let round = 0; round < 21; round++) {
  const number = Math.floor((Number(count) * round) / 21)
  const started = performance.now()
  const { stops } = explainRow(await findRun(state), `user-${(number * 2_654_435_761) % 4_294_967_296}`)
  times.push(performance.now() - started)
  assert.equal(stops[0]?.calls?.length, 1)
}
console.log(`median_ms=${median(times)} worst_ms=${Math.max(...times)}`)
