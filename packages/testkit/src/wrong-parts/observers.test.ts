import { definePlugin, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { wrongObservers } from '../__fixtures__/wrong-parts/wrong-observers.js'

describe.each(wrongObservers)('an observer that $fault', ({ hook, observe }) => {
  test('costs no row, and is named in the report', async () => {
    const rows: unknown[] = []
    const project = maestro({ plugins: [definePlugin({ name: 'wrong', observe })], logLevel: 'silent' })
    const steps = pipeline('p')
      .from([{ n: 0 }, { n: 1 }, { n: 2 }])
      .map((row) => {
        if (row.n === 1) throw new RangeError('rejected')
        return row
      })
    const report = await project.runTo(steps, { write: (batch) => void rows.push(...batch.rows) })
    expect(rows).toEqual([{ n: 0 }, { n: 2 }])
    expect(report).toMatchObject({ status: 'done', counts: { rowsIn: 3, rejected: 1, rowsOut: 2 } })
    expect(report.observers).toMatchObject([{ plugin: 'wrong', hook, failures: expect.any(Number) }])
  })
})
