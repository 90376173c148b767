import { definePlugin, defineStorage, pipeline, type SourceDefinition } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { repeatingSources, rightSource, wrongSources } from '../__fixtures__/wrong-parts/wrong-sources.js'

function run(part: SourceDefinition, checks: 'sample' | 'strict' = 'sample') {
  const storages = [defineStorage({ name: 'acme.rows', source: part })]
  const plugins = [definePlugin({ name: 'acme', storages })]
  const project = maestro({ plugins, logLevel: 'silent', run: { checks, maxRejects: 1 } })
  const rows: unknown[] = []
  const taken = project.runTo(pipeline('p').read('acme.rows' as never, {} as never), {
    write: (batch) => void rows.push(...batch.rows),
  })
  return taken.then((report) => ({ report, rows }))
}

test('a right source is left in peace', async () => {
  expect((await run(rightSource, 'strict')).rows).toHaveLength(5)
})

describe.each(wrongSources)('a source that $fault', ({ part, code }) => {
  test('fails the run, which names it and its plugin', async () => {
    const error = {
      code,
      plugin: 'acme',
      step: 'source',
      message: expect.stringMatching(/^The source acme\.rows (gave|declares)/),
    }
    await expect(run(part)).rejects.toMatchObject(error)
  })
})

test('the error names row and column', async () => {
  const wrong = wrongSources.find(({ fault }) => fault === 'gives a text for an integer')
  await expect(run(wrong?.part as SourceDefinition)).rejects.toMatchObject({
    rowId: 'r2',
    details: { column: 'n' },
    message: 'The source acme.rows gave the text "2" in the column "n", which it declares as integer.',
  })
})

describe.each(repeatingSources)('a source that gives an id twice $fault', ({ part }) => {
  test('loses no other row, and the second one is a reject', async () => {
    const { report, rows } = await run(part)
    expect(rows).toHaveLength(4)
    expect(report.counts).toMatchObject({ rowsIn: 5, rejected: 1, rowsOut: 4 })
    expect(report.rejects).toMatchObject([{ step: 'source', code: 'MAESTRO_RUN_DUPLICATE_ID' }])
  })
})
