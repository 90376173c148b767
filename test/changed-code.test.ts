// What a resumed run does when code has changed that its finished stages use.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readLines, start } from './durability/process.js'
import { FileProject } from './workers/project.js'

const files = {
  'in.jsonl': '{"n":1}\n{"n":2}\n',
  'package.json': '{"type":"module"}',
  'lib/index.mjs': `export { convert, Doubling } from './rates.mjs'\nexport const unused = 1`,
  'lib/rates.mjs': `import { readFileSync } from 'node:fs'
import { MapOperator } from '@maestro-dataflow/core'
import table from './table.json' with { type: 'json' }
import { round } from './round.mjs'
export const convert = (row) => ({ ...row, price: round(row.n * table.rate) })
export class Doubling extends MapOperator { map(row) { return { ...row, double: round(row.n * 2) } } }`,
  'lib/round.mjs': 'export const round = (value) => Math.round(value)',
  'lib/table.json': '{"rate":2}',
  'lib/later.mjs': 'export const later = (row) => ({ ...row, later: true })',
  'plugins/shout.mjs': `import { defineOperator, definePlugin } from '@maestro-dataflow/core'
import { loud } from './loud.mjs'
export default definePlugin({ name: 'shout', operators: [defineOperator({ name: 'shout', kind: 'map', options: {}, create: () => loud })] })`,
  'node_modules/maestro-plugin-low/package.json':
    '{"name":"maestro-plugin-low","version":"1.0.0","type":"module","exports":{".":"./low.js","./package.json":"./package.json"},"maestro":{"apiVersion":1,"contributes":{"operators":{"low":"low","fixed":"fixed"}}}}',
  'node_modules/maestro-plugin-low/low.js': `import { defineOperator, definePlugin } from '@maestro-dataflow/core'
const low = { kind: 'map', options: {}, create: () => (row) => ({ ...row, low: String(row.n) }) }
export default definePlugin({ name: 'maestro-plugin-low', manifest: new URL('./package.json', import.meta.url), operators: [
  defineOperator({ name: 'low', ...low }), defineOperator({ name: 'fixed', version: '1', ...low })] })`,
  'plugins/loud.mjs': `export const loud = (row) => ({ ...row, loud: String(row.n) + '!' })`,
}

/** A project whose first step is given. */
const projectOf = (step: string) =>
  new FileProject({
    ...files,
    'maestro.config.json': JSON.stringify({
      plugins: ['@maestro-dataflow/plugin-fs', './plugins/shout.mjs', 'maestro-plugin-low'],
      pipelines: 'pipelines/*',
      logLevel: 'silent',
    }),
    'pipelines/orders.mjs': `import { pipeline } from '@maestro-dataflow/core'
import { convert, Doubling } from '../lib/index.mjs'
import { later } from '../lib/later.mjs'
const cents = 100
export default pipeline('orders')${step.startsWith('.from') ? '' : `.read('fs.file', { path: 'in.jsonl', columns: { n: 'integer' } })`}
  ${step}
  .map(later, { id: 'later' })
  .map((row) => ({ ...row, end: 1 }), { id: 'end' })
  .write('fs.file', { path: 'out.jsonl' })`,
  })

const other = (text: string) => `${text}\n`
const imported = `.map(convert, { id: 'first' })`
const inline = `.map((row) => ({ ...row, price: convert(row).price * cents }), { id: 'first' })`

const cases: readonly (readonly [string, string, string, (text: string) => string, string])[] = [
  ['nothing', imported, 'lib/index.mjs', (text: string) => text, 'reused'],
  ['a module that is imported', imported, 'lib/rates.mjs', other, 'the file lib/rates.mjs changed'],
  ['a module that this one imports', imported, 'lib/round.mjs', other, 'the file lib/round.mjs changed'],
  ['JSON that it imports', imported, 'lib/table.json', () => '{"rate":3}', 'the file lib/table.json changed'],
  ['a module that only a later step uses', imported, 'lib/later.mjs', other, 'reused'],
  [
    'what a function in the pipeline calls',
    inline,
    'lib/table.json',
    () => '{"rate":3}',
    'the file lib/table.json changed',
  ],
  ['a re-export', inline, 'lib/index.mjs', other, 'the file lib/index.mjs changed'],
  [
    'a constant beside the pipeline',
    inline,
    'pipelines/orders.mjs',
    (text: string) => text.replace('cents = 100', 'cents = 10'),
    'cents in pipelines/orders.mjs changed',
  ],
  [
    'what an operator object calls',
    `.step(new Doubling(), {}, { id: 'first' })`,
    'lib/round.mjs',
    other,
    'the file lib/round.mjs changed',
  ],
  [
    'what an operator of a plugin in a file calls',
    `.step('shout', {}, { id: 'first' })`,
    'plugins/loud.mjs',
    other,
    'the file plugins/loud.mjs changed',
  ],
  [
    'the version of a plugin',
    `.step('low', {}, { id: 'first' })`,
    'node_modules/maestro-plugin-low/package.json',
    (text: string) => text.replace('1.0.0', '1.0.1'),
    'the package maestro-plugin-low changed',
  ],
  [
    'the version of a plugin whose operator has its own',
    `.step('fixed', {}, { id: 'first' })`,
    'node_modules/maestro-plugin-low/package.json',
    (text: string) => text.replace('1.0.0', '1.0.1'),
    'reused',
  ],
  ['code for which a version stands', `.map(convert, { id: 'first', version: '1' })`, 'lib/rates.mjs', other, 'reused'],
  ['a step after it', inline, 'pipelines/orders.mjs', (text: string) => text.replace('end: 1', 'end: 2'), 'reused'],
]

test('a stage is reused unless code has changed that its steps use', { timeout: 60_000 }, async () => {
  const work = cases.map(([, step, path, change]) => {
    const folder = projectOf(step).path
    return { folder, path, text: change(readFileSync(join(folder, path), 'utf8')) }
  })
  const decided: string[] = []
  await readLines(start(work, 'changed-code.js'), (_, decision) => decided.push(decision))
  expect(cases.map(([what], index) => `${what}: ${decided[index]}`)).toEqual(
    cases.map(([what, , , , expected]) => `${what}: ${expected}`),
  )
})
