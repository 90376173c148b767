import { expect, test } from 'vitest'
import type { RowCondition } from '../../contracts/pipeline-definition.js'
import type { TableStatement } from '../../contracts/table-engine.js'
import { applyEffects } from './column-effects.js'
import { Faults } from './compile-context.js'
import { warnOfForeignTexts } from './foreign-texts.js'

const columns = {
  columns: { wait: 'string', mood: 'string', n: 'number' },
  open: false,
  foreignTexts: { wait: { type: 'interval', isAmbiguous: true }, mood: { type: 'ENUM' } },
} as const

/** The columns that a step is said to compare by their texts. */
function warned(statements: readonly TableStatement[], where?: RowCondition): readonly string[] {
  const faults = new Faults()
  warnOfForeignTexts({ id: 's', where, statements }, columns, faults)
  return faults.warnings.map(({ message }) => /"(.*?)"/.exec(message)?.[1] ?? '')
}

test.each<[TableStatement, readonly string[]]>([
  [{ kind: 'sort', by: [{ column: 'mood' }, { column: 'n' }] }, ['mood']],
  [{ kind: 'filter', where: "wait = '1 day'" }, ['wait']],
  [{ kind: 'filter', where: "mood = 'happy' AND n <> 3" }, []],
  [{ kind: 'filter', where: "mood > 'happy'" }, ['mood']],
  [{ kind: 'filter', where: 'waiting = 3' }, []],
  [{ kind: 'filter', where: '"wait" IS NULL' }, []],
  [{ kind: 'dedupe', by: ['wait', 'mood'], keep: 'first' }, ['wait']],
  [{ kind: 'aggregate', by: ['mood'], values: { rows: 'count(wait)' } }, []],
  [{ kind: 'aggregate', by: ['n'], values: { longest: 'max(wait)', last: 'max(mood)' } }, ['wait', 'mood']],
  [{ kind: 'window', by: ['mood'], orderBy: [{ column: 'wait' }], values: { place: 'row_number()' } }, ['wait']],
  [{ kind: 'limit', count: 3 }, []],
])('%j', (statement, expected) => {
  expect(warned([statement])).toEqual(expected)
})

test('a bound of a condition compares, a value does not', () => {
  expect(warned([], { mood: { min: 'a' }, wait: '1 day' })).toEqual(['mood'])
})

test('the type goes with its column through renames, and ends where a step makes the column anew', () => {
  const after = applyEffects(columns, { renames: { wait: 'pause' }, adds: { mood: 'string' } })
  expect(after.foreignTexts).toEqual({ pause: { type: 'interval', isAmbiguous: true } })
  expect(applyEffects(columns, { keeps: ['n', 'mood'] }).foreignTexts).toEqual({ mood: { type: 'ENUM' } })
  expect(applyEffects(columns, { drops: ['wait', 'mood'] })).not.toHaveProperty('foreignTexts')
  expect(applyEffects(columns, { opaque: true })).not.toHaveProperty('foreignTexts')
})
