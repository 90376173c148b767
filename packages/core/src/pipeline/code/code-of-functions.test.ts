import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CodeOfFunctions } from './code-of-functions.js'

const files = {
  'package.json': '{"type":"module","imports":{"#shared/*":"./shared/*"}}',
  'node_modules/rounding/package.json': '{"name":"rounding","version":"1.0.0"}',
  'lib/rates.ts': `import { base } from './base.ts'\nexport const rate: number = base * 2\nexport const convert = (row: { price: number }) => ({ ...row, price: row.price * rate })`,
  'lib/base.ts': `import table from './table.json' with { type: 'json' }\nexport const base = table.base`,
  'lib/table.json': '{"base":1}',
  'lib/index.ts': `export * from './rates.ts'\nexport type * from './types.ts'`,
  'lib/types.ts': 'export interface Price { price: number }',
  'lib/factory.ts': 'export const times = (factor: number) => (row: any) => ({ ...row, price: row.price * factor })',
  'lib/other.ts': 'export const shout = (text: string) => text.toUpperCase()',
  'lib/effects.ts': 'globalThis.zone = 1',
  'lib/late.ts': 'export const late = 1',
  'shared/cents.ts': 'export const cents = 100',
}

/** What the functions use, and which of it changes with a file. */
function project(pipeline: string) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-code-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const entry = 'pipelines/orders.ts'
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  write(entry, pipeline)
  return {
    write: (name: string, text: string) => write(name === 'the pipeline' ? entry : name, text),
    partsOf: (text: string) => new CodeOfFunctions(join(folder, entry), folder).behind([text]).parts,
    unseenOf: (text: string) => new CodeOfFunctions(join(folder, entry), folder).behind([text]).unseen,
  }
}

const behindRates = ['the file lib/base.ts', 'the file lib/rates.ts', 'the file lib/table.json']

test('a function uses the files of the names that it mentions, with all that they import, and no other', () => {
  const inline = '(row) => ({ ...row, price: row.price * rate, shout: row.base })'
  const { partsOf } = project(
    `import { rate } from '../lib/rates.ts'\nimport { shout } from '../lib/other.ts'\nexport default p.map(${inline}).map((row) => shout(row.name))`,
  )
  expect(Object.keys(partsOf(inline)).toSorted()).toEqual(behindRates)
  expect(Object.keys(partsOf('(row) => shout(row.name)'))).toEqual(['the file lib/other.ts'])
})

test('re-exports, names from the whole module, aliases of the package, packages, and late imports are followed', () => {
  const texts = {
    'lib/index.ts': '(row) => names.rate',
    'shared/cents.ts': '(row) => row.price * cents',
    'lib/late.ts': `async (row) => (await import('../lib/late.ts')).late`,
  }
  const { partsOf } = project(
    `import * as names from '../lib/index.ts'\nimport { cents } from '#shared/cents.ts'\nimport round from 'rounding'\nimport '../lib/effects.ts'\nexport default p${Object.values(
      texts,
    )
      .map((text) => `.map(${text})`)
      .join('')}.map((row) => round(row.price))`,
  )
  const always = 'the file lib/effects.ts'
  expect(Object.keys(partsOf(texts['lib/index.ts'])).toSorted()).toEqual(
    [...behindRates, always, 'the file lib/index.ts'].toSorted(),
  )
  expect(Object.keys(partsOf(texts['shared/cents.ts']))).toEqual([always, 'the file shared/cents.ts'])
  expect(Object.keys(partsOf(texts['lib/late.ts']))).toEqual([always, 'the file lib/late.ts'])
  expect(partsOf('(row) => round(row.price)')).toEqual({
    [always]: expect.any(String),
    'the package rounding': '1.0.0',
  })
})

test('a function that is imported uses its module, and one that is made by a call also what is given to the call', () => {
  const text = (factor: string, prompt: string) =>
    `import { convert } from '../lib/index.ts'\nimport { times } from '../lib/factory.ts'\nconst factor = ${factor}\nexport default p.map(convert).map(times(factor)).step('ai.generate', { prompt: '${prompt}' })`
  const { partsOf, write } = project(text('2', 'Ask'))
  const convert = '(row                   ) => ({ ...row, price: row.price * rate })'
  expect(Object.keys(partsOf(convert)).toSorted()).toEqual(behindRates)
  const made = '(row     ) => ({ ...row, price: row.price * factor })'
  const before = partsOf(made)
  expect(Object.keys(before).toSorted()).toEqual([
    'factor in pipelines/orders.ts',
    'the file lib/factory.ts',
    'times in pipelines/orders.ts',
  ])
  write('the pipeline', text('2', 'Ask politely'))
  expect(partsOf(made)).toEqual(before)
  write('the pipeline', text('3', 'Ask politely'))
  expect(partsOf(made)).not.toEqual(before)
})

test('declarations beside a function count, with all that they use and all that changes them', () => {
  const inline = '(row) => price(row)'
  const text = (base: number, added: number, prompt: string) => `const question = '${prompt}'
let base: number = ${base}
const rates: number[] = []
rates.push(${added})
function price(row: { price: number }): number { return row.price * base * rates[0] }
export default pipeline('orders').map(${inline}).step('ai.generate', { prompt: question })`
  const { partsOf, write } = project(text(1, 1, 'Ask'))
  const before = partsOf(inline)
  expect(Object.keys(before).toSorted()).toEqual(
    ['base', 'price', 'rates'].map((name) => `${name} in pipelines/orders.ts`),
  )
  write('the pipeline', text(1, 1, 'Ask politely'))
  expect(partsOf(inline)).toEqual(before)
  write('the pipeline', text(2, 1, 'Ask'))
  expect(partsOf(inline)).not.toEqual(before)
  write('the pipeline', text(1, 2, 'Ask'))
  expect(partsOf(inline)).not.toEqual(before)
})

test('values from functions around it count: local names and arguments, but not the parameters of the pipeline', () => {
  const inline = '(row) => row.price * rate * day * cut'
  const text = (rate: number, cut: number, name: string) => `import { pipeline } from '@maestro-dataflow/core'
const withRate = (start, rate, day) => { const cut = ${cut}; return start.map(${inline}) }
export default pipeline('${name}', { params }, ({ day }) => withRate(p, ${rate}, day).map((row) => row.x === day))`
  const { partsOf, write } = project(text(1, 1, 'orders'))
  const before = partsOf(inline)
  expect(partsOf('(row) => row.x === day')).toEqual({})
  write('the pipeline', text(1, 1, 'other'))
  expect(partsOf(inline)).toEqual(before)
  write('the pipeline', text(2, 1, 'orders'))
  expect(partsOf(inline)).not.toEqual(before)
  write('the pipeline', text(1, 2, 'orders'))
  expect(partsOf(inline)).not.toEqual(before)
})

test('a loop around a function counts', () => {
  const text = (factors: string) =>
    `let p = pipeline('x').read('a')\nfor (const factor of ${factors}) p = p.map((row) => row.x * factor)\nexport default p`
  const { partsOf, write } = project(text('[1, 2]'))
  const before = partsOf('(row) => row.x * factor')
  write('the pipeline', text('[1, 3]'))
  expect(partsOf('(row) => row.x * factor')).not.toEqual(before)
})

test('where it cannot be told what a function uses, the whole module and all that it imports count', () => {
  const { partsOf, unseenOf } = project(
    `import { rate } from '../lib/rates.ts'\nimport plan from '../lib/other.ts'\nexport default p.map(f.bind(null, rate)).map(async (row) => (await import(row.module)).default)`,
  )
  expect(Object.keys(partsOf('function () { [native code] }')).toSorted()).toEqual(
    [...behindRates, 'the file lib/other.ts', 'the file pipelines/orders.ts'].toSorted(),
  )
  expect(partsOf(String(Number))).toEqual({})
  expect(unseenOf('function () { [native code] }')).toEqual(['pipelines/orders.ts'])
})

test('an import whose path is computed counts with all modules of its folder, or is not seen', () => {
  const [inFolder, anywhere] = [
    `async (row) => (await import(\`../lib/\${row.kind}.ts\`)).rate`,
    'async (row) => (await import(row.module)).rate',
  ]
  const { partsOf, unseenOf } = project(`export default p.map(${inFolder}).map(${anywhere})`)
  expect(Object.keys(partsOf(inFolder)).toSorted()).toEqual(
    Object.keys(files)
      .flatMap((name) => (name.startsWith('lib/') ? `the file ${name}` : []))
      .toSorted(),
  )
  expect(unseenOf(inFolder)).toEqual([])
  expect(partsOf(anywhere)).toEqual({})
  expect(unseenOf(anywhere)).toEqual(['pipelines/orders.ts'])
})

test('a class uses what its methods and its base use', () => {
  const { partsOf } = project(
    `import { rate } from '../lib/rates.ts'\nclass Base extends Operator { one() { return 1 } }\nclass Convert extends Base { map(row) { return row.price * rate } }\nexport default p.step(new Convert())`,
  )
  expect(
    Object.keys(partsOf('class Convert extends Base { map(row) { return row.price * rate } }')).toSorted(),
  ).toEqual(['Base in pipelines/orders.ts', ...behindRates].toSorted())
})
