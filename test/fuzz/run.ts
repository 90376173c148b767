// npm run fuzz [-- --inputs 10000 --seed 1 --only CSV]
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    /** The number of inputs of all targets together. */
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
})
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const only = values.only ?? Object.keys(targets)
const perTarget = Math.ceil(Number(values.inputs) / only.length)
console.log(`${perTarget} inputs for each of ${only.length} readers, seed ${seed}`)

let faults = 0
let inputs = 0
const started = performance.now()
for await (const report of fuzz({ perTarget, seed, only })) {
  faults += report.faults.length
  inputs += report.inputs
  const rate = Math.round(report.inputs / report.seconds)
  console.log(
    `${report.target.padEnd(28)} ${String(rate).padStart(6)}/s ${String(report.megabytes).padStart(5)} MB ${String(report.faults.length).padStart(3)} faults`,
  )
  for (const fault of report.faults.slice(0, 5))
    console.log(`  --seed ${fault.seed}, input ${fault.input}: ${fault.what.slice(0, 1000)}`)
}
console.log(`${inputs} inputs in ${Math.round((performance.now() - started) / 1000)} s, ${faults} faults`)
process.exit(faults === 0 ? 0 : 1)
