import { expect, test } from 'vitest'
import { pipeline } from './pipeline.js'

test('a setting that a step does not have is refused where it is written, with the near name', () => {
  const rows = pipeline('p').from([{ n: 1 }])
  expect(() => rows.map((row) => row, { onErorr: 'fail' } as never)).toThrow('1-map: there is no option "onErorr".')
  expect(() => rows.filter(() => true, { id: 'kept', x: 1 } as never)).toThrow('kept: there is no')
  expect(() => rows.step('text.clean' as never, {} as never, { parallel: 2 } as never)).toThrow(
    '1-text.clean: there is no',
  )
  try {
    rows.map((row) => ({ ...row, twice: row.n * 2 }), { columns: { twice: 'integer' } } as never)
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({
      code: 'MAESTRO_PIPELINE_OPTION_UNKNOWN',
      message: 'the setting `columns` of 1-map: there is no option "twice".',
      hint: 'Known: reads, adds, drops, renames, keeps, opaque.',
    })
  }
})
