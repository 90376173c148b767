import assert from 'node:assert/strict'
import { type ColumnEffects, columnTypes } from '@maestro-dataflow/core'
import { describeFailure } from '../../fuzz/for-all.js'
import type { OperatorSubject } from './operator-subject.js'

const kinds = ['map', 'filter', 'flatMap', 'mapBatches', 'table', 'opaque']

/** The rules for what an operator declares, before it sees a row. */
export const operatorDeclarationCases = {
  async 'its declaration is complete and does not change between calls'(subject: OperatorSubject) {
    const { definition, columns } = subject
    assert.ok(typeof definition.name === 'string' && definition.name.trim() !== '', 'it has no name')
    assert.ok(kinds.includes(definition.kind), `"${definition.kind}" is not a kind: ${kinds.join(', ')}`)
    if (definition.version !== undefined) assert.equal(typeof definition.version, 'string', 'its version is not a text')
    const { declared, fault } = await subject.plan(subject.options(), columns)
    assert.equal(fault, undefined, `the plan refuses a step with it: ${describeFailure(fault)}`)
    assert.ok(declared !== undefined, 'it declares no columns')
    assertEffects(declared.effects)
    const again = await subject.plan(subject.options(), columns)
    assert.deepEqual(again.declared?.effects, declared.effects, 'it declares other columns for the same options')
  },

  async 'an unknown option is a fault of the plan'(subject: OperatorSubject) {
    const { fault } = await subject.plan({ ...subject.options(), 'no-option-of-it': 1 }, subject.columns)
    assert.ok(fault !== undefined, 'a misspelt option is accepted: declare the options as fields or by z.strictObject')
  },
}

function assertEffects({ reads = [], adds = {}, drops = [], keeps = [], renames = {} }: ColumnEffects): void {
  for (const [what, names] of Object.entries({ reads, drops, keeps, renames: Object.values(renames) }))
    assert.ok(
      names.every((name) => typeof name === 'string'),
      `${what} holds something that is not the name of a column: ${names.join(', ')}`,
    )
  for (const [name, type] of Object.entries(adds))
    assert.ok(
      columnTypes.includes(type),
      `the type of the added column "${name}" is ${type}: ${columnTypes.join(', ')}`,
    )
}
