import { pipeline, type Row } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { Clusterer, type ClustererOptions } from './cluster.js'
import { SemanticDeduper, type SemanticDeduperOptions } from './dedupe-semantic.js'
import { similarity } from './metrics.js'
import { KeptVectors } from './nearest-kept.js'
import { DiverseSelector } from './select-diverse.js'
import { toUnit } from './unit-vectors.js'

const at = (degrees: number) => [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
const table = (...degrees: readonly number[]): Row[] => degrees.map((angle) => ({ angle, v: at(angle) }))
const angles = (rows: readonly Row[]) => rows.map((row) => row.angle)

describe('rows that mean the same', () => {
  async function dedupe(rows: readonly Row[], options: Partial<SemanticDeduperOptions> = {}) {
    const storage = new MemoryStorage(rows)
    const result = await new SemanticDeduper({ input: 'v', threshold: 0.95, ...options }).run(storage)
    return { ...result, rows: await storage.rows() }
  }

  test('the first stays, with the ids of those it stands for', async () => {
    const { rows } = await dedupe(table(0, 5, 90, 10, 92))
    expect(rows.map(({ angle, duplicates }) => [angle, duplicates])).toEqual([
      [0, ['rows:2', 'rows:4']],
      [90, ['rows:5']],
    ])
  })

  test('or the best, wherever it stands; the order stays', async () => {
    const { rows } = await dedupe(table(0, 90, 5), { score: 'angle' })
    expect(rows.map(({ angle, duplicates }) => [angle, duplicates])).toEqual([
      [90, []],
      [5, ['rows:1']],
    ])
  })

  test('a row is compared with those that stay, and not with those that went', async () => {
    expect(angles((await dedupe(table(0, 15, 30))).rows)).toEqual([0, 30])
  })

  test('vectors of length 0 are near to nothing, also to each other', async () => {
    expect(
      (
        await dedupe([
          { angle: 1, v: [0, 0] },
          { angle: 2, v: [0, 0] },
        ])
      ).rows,
    ).toHaveLength(2)
  })

  test('rows without a vector, or of another dimension, are rejected alone', async () => {
    const rows = [...table(0), { angle: 1, v: 'x' }, { angle: 2, v: [1, 2, 3] }, { angle: 3, v: [Number.NaN, 1] }]
    const { rejected, rows: kept } = await dedupe(rows)
    expect(rejected.map(({ error }) => error.code)).toEqual([
      'MAESTRO_AI_VECTOR',
      'MAESTRO_AI_DIMENSIONS',
      'MAESTRO_AI_VECTOR',
    ])
    expect(angles(kept)).toEqual([0])
  })

  test.each([[[]], [table(7)], [table(7, 7, 7)]])('tables of %j', async (rows) => {
    expect((await dedupe(rows)).rows).toHaveLength(Math.min(1, rows.length))
  })

  test('vectors that differ in their first numbers are distinguished as by all of them', () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 100, maxLength: 100 })
    fc.assert(
      fc.property(
        fc.array(vector, { minLength: 1, maxLength: 8 }),
        vector,
        fc.double({ min: -0.2, max: 0.4, noNaN: true }),
        (many, one, threshold) => {
          const kept = new KeptVectors()
          const units = many.map((numbers) => toUnit(Float32Array.from(numbers)))
          for (const unit of units) kept.add(unit)
          const sought = toUnit(Float32Array.from(one))
          const near = units.map((unit) => similarity('dot', unit, sought))
          const best = near.reduce((top, value, index) => (value > (near[top] ?? 0) ? index : top), 0)
          const found = kept.nearest(sought, threshold)
          if ((near[best] ?? 0) > threshold + 1e-6) expect(near[found ?? -1]).toBeCloseTo(near[best] ?? 0, 5)
          else if ((near[best] ?? 0) < threshold - 1e-6) expect(found).toBeUndefined()
        },
      ),
    )
  })
})

describe('rows that differ', () => {
  const select = async (rows: readonly Row[], wanted: { count: number } | { fraction: number }) => {
    const storage = new MemoryStorage(rows)
    await new DiverseSelector({ input: 'v', ...wanted }).run(storage)
    return angles(await storage.rows())
  }

  test('the first, and then always the farthest; in their order, unchanged', async () => {
    expect(await select(table(0, 10, 180, 90, 100), { count: 3 })).toEqual([0, 180, 90])
  })

  test('a share of all, more than there are, rows that are all the same', async () => {
    expect(await select(table(0, 10, 180, 90), { fraction: 0.5 })).toEqual([0, 180])
    expect(await select(table(0, 90), { count: 9 })).toEqual([0, 90])
    expect(await select(table(7, 7, 7), { count: 2 })).toHaveLength(2)
    expect(await select([], { count: 2 })).toEqual([])
  })
})

describe('clusters', () => {
  const rows = table(0, 4, 90, 8, 94, 180, 176).map((row) => ({ ...row, text: `about ${row.angle}` }))
  async function clustered(options: Partial<ClustererOptions> = {}, given: readonly Row[] = rows) {
    const storage = new MemoryStorage(given)
    const result = await new Clusterer({ input: 'v', clusters: 3, ...options }).run(storage)
    return { ...result, rows: await storage.rows() }
  }

  test('numbered by their first rows, with the distance to their middle', async () => {
    const { rows: out } = await clustered()
    expect(out.map((row) => row.cluster)).toEqual([0, 0, 1, 0, 1, 2, 2])
    expect(out.every((row) => Number(row.cluster_distance) < 0.01 && Number(row.cluster_distance) >= 0)).toBe(true)
  })

  test('the same for every seed where they are clear, and the number that fits best', async () => {
    for (const seed of [1, 2, 3]) {
      const { rows: out } = await clustered({ clusters: [2, 5], seed, output: 'c' })
      expect(out.map((row) => row.c)).toEqual([0, 0, 1, 0, 1, 2, 2])
    }
  })

  test('names, from the texts that are nearest to the middle; one call a cluster', async () => {
    const serving = scriptedServing((request) => `{"name":"${questionOf(request).match(/\d+/)?.[0]}"}`)
    const { rows: out } = await clustered({ nameBy: 'text', serving })
    const names = out.map((row) => String(row.cluster_name))
    expect(names[0]).toBe('4')
    expect([names[1], names[3], names[4], names[6]]).toEqual([names[0], names[0], names[2], names[5]])
    expect(new Set(names).size).toBe(3)
    expect(serving.requests).toHaveLength(3)
    expect(() => new Clusterer({ input: 'v', clusters: 2, nameBy: 'text' })).toThrow(
      'a serving that names the clusters is required',
    )
  })

  test('more clusters than rows, one row, none, rows that are all the same, rows without a vector', async () => {
    expect((await clustered({ clusters: 99 })).rows).toHaveLength(7)
    expect((await clustered({}, table(5))).rows).toMatchObject([{ cluster: 0 }])
    expect((await clustered({}, [])).rows).toEqual([])
    expect((await clustered({}, table(7, 7, 7))).rows.map((row) => row.cluster)).toEqual([0, 0, 0])
    const { rows: out, rejected } = await clustered({ clusters: 1 }, [{ v: null }, ...table(0)])
    expect([out.length, rejected.length]).toEqual([1, 1])
  })
})

test('in a pipeline, its columns are known, and a column that is not a vector is a fault of the plan', async () => {
  const project = maestro({ plugins: [ai] })
  const steps = pipeline('p')
    .from(table(0, 1, 90, 180).map(({ angle, v }) => ({ angle: Number(angle), v: v as number[] })))
    .step('ai.dedupe-semantic', { input: 'v' })
    .step('ai.select-diverse', { input: 'v', count: 2 })
    .step('ai.cluster', { input: 'v', clusters: 2 })
    .map((row) => ({ cluster: row.cluster, near: row.cluster_distance < 1e-6, went: row.duplicates.length }))
  expect(await Array.fromAsync(project.rows(steps))).toEqual([
    { cluster: 0, near: true, went: 1 },
    { cluster: 1, near: true, went: 0 },
  ])
  const wrong = pipeline('p')
    .from([{ v: 'text' }], { columns: { v: 'string' } })
    .step('ai.cluster', { input: 'v', clusters: 2 })
  await expect(project.preview(wrong)).rejects.toThrow('its type is string')
})
