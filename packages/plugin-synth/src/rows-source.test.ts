import { optionsSchema, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkColumns, SynthFields } from './options.js'
import synth from './plugin.js'
import { sampleRows } from './rows-source.js'
import type { Sampler } from './sampler-types.js'

type Columns = Readonly<Record<string, Sampler>>
const signal = new AbortController().signal

async function rowsOf(columns: Columns, rows = 1000, more: object = {}) {
  const options = optionsSchema(SynthFields, checkColumns).parse({ rows, columns, ...more })
  return (await Array.fromAsync(sampleRows(options, { signal }))).flatMap((batch) => batch.rows)
}
const valuesOf = async (sampler: Sampler, rows = 1000, more = {}) =>
  (await rowsOf({ x: sampler }, rows, more)).map((row) => row.x)
const mean = (values: readonly unknown[]) =>
  values.reduce((sum: number, value) => sum + Number(value), 0) / values.length

describe('samplers', () => {
  test('categories, all alike or by weight', async () => {
    const alike = await valuesOf({ category: ['a', 'b', true] })
    expect(new Set(alike)).toEqual(new Set(['a', 'b', true]))
    const weighed = await valuesOf({ category: { often: 9, seldom: 1, never: 0 } })
    const often = weighed.filter((value) => value === 'often').length
    expect(often > 850 && often < 950).toBe(true)
    expect(weighed).not.toContain('never')
  })

  test('numbers: uniform, normal with bounds, whole ones with both ends', async () => {
    const uniform = await valuesOf({ uniform: [10, 20], decimals: 1 })
    expect(
      uniform.every(
        (value) => Number(value) >= 10 && Number(value) <= 20 && Number((value as number).toFixed(1)) === value,
      ),
    ).toBe(true)
    expect(mean(uniform)).toBeCloseTo(15, 0)
    const normal = await valuesOf({ normal: { mean: 100, deviation: 15, min: 60 } }, 5000)
    expect(mean(normal)).toBeGreaterThan(98)
    expect(mean(normal)).toBeLessThan(102)
    const spread = Math.sqrt(mean(normal.map((value) => (Number(value) - 100) ** 2)))
    expect(spread).toBeGreaterThan(13.5)
    expect(spread).toBeLessThan(16)
    expect(Math.min(...normal.map(Number))).toBeGreaterThanOrEqual(60)
    expect(new Set(await valuesOf({ integer: [1, 3] }))).toEqual(new Set([1, 2, 3]))
  })

  test('days and times, with both ends', async () => {
    const days = (await valuesOf({ date: ['2026-01-01', '2026-01-03'] })) as Date[]
    expect(new Set(days.map((date) => date.toISOString()))).toEqual(
      new Set(['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']),
    )
    const [time] = (await valuesOf({ date: ['2026-01-01T10:00:00Z', '2026-01-01T10:00:01Z'] }, 1)) as Date[]
    expect(time?.toISOString()).toMatch(/^2026-01-01T10:00:0/)
  })

  test('ids: a sequence, with a prefix, and uuids that are all different', async () => {
    expect(await valuesOf({ id: 'sequence', start: 5 }, 3)).toEqual([5, 6, 7])
    expect(await valuesOf({ id: 'sequence', prefix: 'c-' }, 2)).toEqual(['c-1', 'c-2'])
    const uuids = await valuesOf({ id: 'uuid' })
    expect(new Set(uuids).size).toBe(1000)
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('names and places, in several languages', async () => {
    const names = await valuesOf({ fake: 'full-name' }, 50)
    expect(new Set(names).size).toBeGreaterThan(45)
    expect(String((await valuesOf({ fake: 'last-name' }, 1, { locale: 'zh_CN' }))[0])).toMatch(/\p{Script=Han}/u)
    expect(String((await valuesOf({ fake: 'email' }, 1))[0])).toMatch(/@example\.(com|org|net)$/)
  })

  test('templates and conditions look at other columns, wherever these stand', async () => {
    const rows = await rowsOf({
      greeting: { template: 'Dear {{ title }} {{name}}' },
      title: {
        when: [{ column: 'kind', is: ['doctor', 'professor'], use: { constant: 'Dr' } }],
        else: { category: ['Ms', 'Mr'] },
      },
      kind: { category: ['doctor', 'professor', 'other'] },
      name: { fake: 'last-name' },
    })
    expect(Object.keys(rows[0] ?? {})).toEqual(['greeting', 'title', 'kind', 'name'])
    for (const { greeting, title, kind, name } of rows) {
      expect(title === 'Dr').toBe(kind !== 'other')
      expect(greeting).toBe(`Dear ${title} ${name}`)
    }
  })

  test('a case that fits none is null, and a share of a column may be', async () => {
    const rows = await rowsOf({ y: { constant: 3 }, x: { when: [{ column: 'y', is: 1, use: { constant: 2 } }] } }, 2)
    expect(rows.map((row) => row.x)).toEqual([null, null])
    const nulls = (await valuesOf({ category: ['a'], nulls: 0.3 })).filter((value) => value === null).length
    expect(nulls > 240 && nulls < 360).toBe(true)
  })

  test('a value is data: a template in it is not filled again', async () => {
    const rows = await rowsOf({ a: { constant: '{{b}}' }, b: { constant: 'secret' }, c: { template: '{{a}}' } }, 1)
    expect(rows[0]?.c).toBe('{{b}}')
  })
})

describe('seeds', () => {
  const columns: Columns = { n: { uniform: [0, 1] }, name: { fake: 'full-name' }, kind: { category: { a: 1, b: 2 } } }

  test('the same seed gives the same rows, another one others', async () => {
    const first = await rowsOf(columns, 50, { seed: 7 })
    expect(await rowsOf(columns, 50, { seed: 7 })).toEqual(first)
    expect(await rowsOf(columns, 50, { seed: 8 })).not.toEqual(first)
  })

  test('a row does not depend on how many there are, nor a column on the others', async () => {
    const first = await rowsOf(columns, 50)
    expect((await rowsOf(columns, 3000)).slice(0, 50)).toEqual(first)
    expect((await rowsOf({ n: { uniform: [0, 1] } }, 50)).map(({ n }) => n)).toEqual(first.map(({ n }) => n))
  })

  test('for ever: these are the first rows of seed 1', async () => {
    expect(await rowsOf({ n: { integer: [0, 999_999] }, id: { id: 'uuid' } }, 2, { seed: 1 })).toMatchInlineSnapshot(`
      [
        {
          "id": "4b2969b8-5982-4534-8fd9-3c763ea65211",
          "n": 387077,
        },
        {
          "id": "308e0b7d-4213-4309-aa11-3e0845fa39d5",
          "n": 487162,
        },
      ]
    `)
  })

  test('whole numbers stay between their ends, whatever they are', () => {
    const ends = fc.tuple(fc.integer(), fc.nat(1000)).map(([min, more]) => [min, min + more] as const)
    return fc.assert(
      fc.asyncProperty(ends, fc.integer(), async ([min, max], seed) => {
        for (const value of await valuesOf({ integer: [min, max] }, 20, { seed }))
          expect(Number.isInteger(value) && Number(value) >= min && Number(value) <= max).toBe(true)
      }),
    )
  })
})

describe('in a pipeline', () => {
  const project = maestro({ plugins: [synth] })
  const made = (columns: Columns, rows = 2) => pipeline('p').read('synth.rows', { rows, columns })

  test('types are known, ids count from 1', async () => {
    const people = pipeline('p')
      .read('synth.rows', {
        rows: 3,
        columns: {
          id: { id: 'sequence' },
          plan: { category: ['free', 'paid'] },
          since: { date: ['2025-01-01', '2025-12-31'] },
        },
      })
      .map((row) => ({ id: row.id + 1, plan: row.plan.length, year: row.since.getUTCFullYear() }))
    const preview = await project.preview(people, 3)
    expect(preview.steps.at(-1)?.rows.map(({ id, row }) => [id, row.id, row.year])).toEqual([
      ['synth:1', 2, 2025],
      ['synth:2', 3, 2025],
      ['synth:3', 4, 2025],
    ])
  })

  test.each<[string, object, string]>([
    ['no column', {}, 'at least one column'],
    ['a template that names no column', { a: { template: '{{b}}' } }, 'there is no column "b"'],
    [
      'a condition on no column',
      { a: { when: [{ column: 'b', is: 1, use: { constant: 1 } }] } },
      'there is no column "b"',
    ],
    ['columns in a circle', { a: { template: '{{b}}' }, b: { template: '{{a}}' } }, 'a -> b -> a'],
    ['weights of 0', { a: { category: { x: 0 } } }, 'must be more than 0'],
    ['negative weights', { a: { category: { x: -1, y: 2 } } }, 'weights must be 0 or more'],
    ['min above max', { a: { integer: [5, 1] } }, 'min is larger than max'],
    ['times in the wrong order', { a: { date: ['2026-02-01', '2026-01-01'] } }, 'later than the second'],
    ['no time', { a: { date: ['soon', 'later'] } }, 'a time is expected'],
    [
      'bounds that leave nothing',
      { a: { normal: { mean: 0, deviation: 1, min: 50 } } },
      'almost the whole distribution',
    ],
    ['an unknown kind', { a: { fake: 'unicorn' } }, 'fake: '],
    ['two ways at once', { a: { constant: 1, template: 'x' } }, 'one of these is expected'],
    ['nothing', { a: {} }, 'one of these is expected'],
  ])('%s is an error before anything is made', async (_what, columns, message) => {
    await expect(project.preview(made(columns as Columns))).rejects.toThrow(message)
  })

  test('100,000 rows flow through without being held', async () => {
    let [count, sum] = [0, 0]
    const many = pipeline('p').read('synth.rows', { rows: 100_000, columns: { n: { integer: [0, 1] } } })
    for await (const row of project.rows(many)) {
      count++
      sum += row.n
    }
    expect(count).toBe(100_000)
    expect(Math.abs(sum - 50_000)).toBeLessThan(1000)
  })
})
