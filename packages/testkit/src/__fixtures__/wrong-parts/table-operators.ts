import { defineOperator, definePlugin, type OperatorDefinition, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { OperatorCase } from '../../conformance/operator/operator-suite.js'
import { MemoryEngine } from './memory-engine.js'

/** A project with a table engine. */
export const withEngine = {
  plugins: [definePlugin({ name: 'acme', tableEngines: [{ name: 'acme.engine', create: () => new MemoryEngine() }] })],
}

/** An operator over whole tables. `create` is called for the plan, and for each run. */
export const tableOperator = (create: (options: { by: string }) => unknown): OperatorDefinition =>
  defineOperator({
    name: 'acme.table',
    kind: 'table',
    options: z.strictObject({ by: z.string().default('kind') }),
    create: create as never,
  }) as OperatorDefinition

const returns = (...statements: readonly TableStatement[]) => tableOperator(() => () => statements)
const wrongForm = (statement: unknown) => tableOperator(() => () => [statement])

/** Operators over whole tables that are right. */
export const rightTableOperators: Readonly<Record<string, OperatorDefinition>> = {
  filter: returns({ kind: 'filter', where: 'n > $least', params: { least: 1 } }),
  'named column': tableOperator(({ by }) => () => [{ kind: 'dedupe', by: [by], keep: 'first' }]),
  'named column in an expression': tableOperator(({ by }) => () => [{ kind: 'filter', where: `"${by.replaceAll('"', '""')}" = $value`, params: { value: 'x' } }]),
  groups: returns({ kind: 'aggregate', by: ['kind'], values: { count: 'count(*)' } }),
  window: returns({ kind: 'window', by: ['kind'], orderBy: [{ column: 'n' }], values: { total: 'sum(n)' } }),
  'several statements': returns({ kind: 'sort', by: [{ column: 'n', descending: true }] }, { kind: 'limit', count: 2 }),
  sample: returns({ kind: 'sample', seed: 1, count: 2 }),
}

const complete = 'its declaration is complete and does not change between calls'
let calls = 0

/** Operators over whole tables that are wrong, each with the rule that finds it. */
export const wrongTableOperators: readonly { fault: string; part: OperatorDefinition; rule: OperatorCase }[] = [
  { fault: 'returns nothing', part: tableOperator(() => () => undefined), rule: complete },
  { fault: 'returns no statement', part: returns(), rule: complete },
  { fault: 'returns a promise of statements', part: tableOperator(() => async () => [{ kind: 'limit', count: 2 }]), rule: complete },
  { fault: 'returns one statement without a list', part: tableOperator(() => () => ({ kind: 'limit', count: 2 })), rule: complete },
  { fault: 'is no function', part: tableOperator(() => [{ kind: 'limit', count: 2 }]), rule: complete },
  { fault: 'misspells a kind', part: wrongForm({ kind: 'fliter', where: 'n > 1' }), rule: complete },
  { fault: 'filters without an expression', part: wrongForm({ kind: 'filter' }), rule: complete },
  { fault: 'gives a date as a parameter', part: wrongForm({ kind: 'filter', where: 'n > $least', params: { least: new Date(0) } }), rule: complete },
  { fault: 'limits by a text', part: wrongForm({ kind: 'limit', count: '2' }), rule: complete },
  { fault: 'limits to fewer than no rows', part: wrongForm({ kind: 'limit', count: -2 }), rule: complete },
  { fault: 'limits by a number that is none', part: wrongForm({ kind: 'limit', count: Number('two') }), rule: complete },
  { fault: 'limits to half a row', part: wrongForm({ kind: 'limit', count: 0.5 }), rule: complete },
  { fault: 'misspells a part of a statement', part: wrongForm({ kind: 'limit', count: 2, ofset: 1 }), rule: complete },
  { fault: 'merges by a text', part: wrongForm({ kind: 'dedupe', by: 'kind', keep: 'first' }), rule: complete },
  { fault: 'does not say which duplicate it keeps', part: wrongForm({ kind: 'dedupe', by: ['kind'] }), rule: complete },
  { fault: 'sorts by names', part: wrongForm({ kind: 'sort', by: ['n'] }), rule: complete },
  { fault: 'sorts in a direction of its own', part: wrongForm({ kind: 'sort', by: [{ column: 'n', descending: 'yes' }] }), rule: complete },
  { fault: 'samples without a seed', part: wrongForm({ kind: 'sample', count: 2 }), rule: complete },
  { fault: 'samples more rows than there are', part: wrongForm({ kind: 'sample', seed: 1, fraction: 2 }), rule: complete },
  { fault: 'computes a number and no expression', part: wrongForm({ kind: 'aggregate', by: ['kind'], values: { count: 1 } }), rule: complete },
  { fault: 'has a frame without an end', part: wrongForm({ kind: 'window', by: [], orderBy: [], frame: { before: 1 }, values: {} }), rule: complete },
  { fault: 'sorts by a column that does not exist', part: returns({ kind: 'sort', by: [{ column: 'nothing' }] }), rule: complete },
  { fault: 'has an expression that cannot be read', part: returns({ kind: 'filter', where: 'n >' }), rule: complete },
  { fault: 'draws another sample for the run than for the plan', part: tableOperator(() => () => [{ kind: 'sample', seed: calls++, count: 2 }]), rule: complete },
  { fault: 'names its columns anew each time', part: tableOperator(() => () => [{ kind: 'window', by: [], orderBy: [], values: { [`total${calls++}`]: 'sum(n)' } }]), rule: complete },
  { fault: 'fails without an option that it does not need', part: tableOperator(() => { throw new RangeError('no key') }), rule: complete },
  { fault: 'draws another sample each day', part: tableOperator(() => () => [{ kind: 'sample', seed: Math.floor(Date.now() / 86_400_000), count: 2 }]), rule: 'a run in a new process on another day returns the same result' },
  { fault: 'accepts every option', part: { ...returns({ kind: 'limit', count: 2 }), options: z.looseObject({}) as never }, rule: 'an unknown option is a fault of the plan' },
  { fault: 'writes into the options', part: tableOperator((options) => { options.by = `${options.by}!`; return () => [{ kind: 'limit', count: 2 }] }), rule: 'it does not change the rows that it receives' },
]
