import { expect, test } from 'vitest'
import type { OperatorKind } from '../../contracts/operator.js'
import type { PlannedStep } from '../../contracts/plan.js'
import { planStages } from './plan-stages.js'

/** `a<source` is a map step a after the source; `table:b<a`, `opaque:c<b`; sinks are `out<b`. */
function stagesOf(steps: string, sinks: string) {
  const parts = (text: string) => text.split(' ').filter((part) => part !== '')
  const planned = parts(steps).map((text) => {
    const [, kind = 'map', id = '', input = ''] = /^(?:(\w+):)?(\w+)<(\w+)$/.exec(text) ?? []
    return { id, input, use: `use.${id}`, kind: kind as OperatorKind } as PlannedStep
  })
  const written = parts(sinks).map((text) => {
    const [id = '', input = ''] = text.split('<')
    return { id, input, use: 'fs.file', options: {} }
  })
  return planStages(planned, written).map(
    ({ index, kind, steps: own, input, sinks: outputs, materialized }) =>
      `${index} ${kind} [${own.join(' ')}] from ${input}${outputs.length > 0 ? ` to ${outputs.join(' ')}` : ''}${materialized ? ' kept' : ''}`,
  )
}

test.each<[what: string, steps: string, sinks: string, stages: readonly string[]]>([
  ['a line streams in one stage', 'a<source b<a c<b', 'out<c', ['0 rows [a b c] from source to out']],
  [
    'all row kinds stream',
    'filter:a<source flatMap:b<a mapBatches:c<b',
    'out<c',
    ['0 rows [a b c] from source to out'],
  ],
  ['several sinks on one step', 'a<source', 'x<a y<a', ['0 rows [a] from source to x y']],
  ['a source with only a sink', '', 'out<source', ['0 rows [] from source to out']],
  ['nothing but a source', '', '', ['0 rows [] from source']],
  ['no sink', 'a<source b<a', '', ['0 rows [a b] from source']],
  [
    'a sink in the middle cuts',
    'a<source b<a',
    'mid<a out<b',
    ['0 rows [a] from source to mid kept', '1 rows [b] from 0 to out'],
  ],
  [
    'a sink on the source cuts',
    'a<source',
    'raw<source out<a',
    ['0 rows [] from source to raw kept', '1 rows [a] from 0 to out'],
  ],
  [
    'a branch in the middle',
    'a<source b<a c<a d<c',
    'x<b y<d',
    ['0 rows [a] from source kept', '1 rows [b] from 0 to x', '2 rows [c d] from 0 to y'],
  ],
  [
    'a branch at the source reads it once',
    'a<source b<source',
    'x<a y<b',
    ['0 rows [] from source kept', '1 rows [a] from 0 to x', '2 rows [b] from 0 to y'],
  ],
  [
    'a table step in the middle',
    'a<source table:t<a b<t',
    'out<b',
    ['0 rows [a] from source kept', '1 table [t] from 0 kept', '2 rows [b] from 1 to out'],
  ],
  [
    'table steps at both ends',
    'table:s<source a<s table:t<a',
    'out<t',
    ['0 table [s] from source kept', '1 rows [a] from 0 kept', '2 table [t] from 1 to out'],
  ],
  ['table steps in a row', 'table:s<source table:t<s', 'out<t', ['0 table [s t] from source to out']],
  [
    'table steps with a sink between them',
    'table:s<source table:t<s table:u<t',
    'mid<s out<u',
    ['0 table [s] from source to mid kept', '1 table [t u] from 0 to out'],
  ],
  [
    'an opaque step between table steps',
    'table:s<source opaque:o<s table:t<o',
    'out<t',
    ['0 table [s] from source kept', '1 opaque [o] from 0 kept', '2 table [t] from 1 to out'],
  ],
  [
    'an opaque step at the end',
    'a<source opaque:o<a',
    'out<o',
    ['0 rows [a] from source kept', '1 opaque [o] from 0 to out'],
  ],
  ['an opaque step alone', 'opaque:o<source', 'out<o', ['0 opaque [o] from source to out']],
  [
    'a branch after a table step, one of the ways with its own table step',
    'table:t<source a<t table:u<t',
    'x<a y<u',
    ['0 table [t] from source kept', '1 rows [a] from 0 to x', '2 table [u] from 0 to y'],
  ],
])('%s', (_what, steps, sinks, stages) => expect(stagesOf(steps, sinks)).toEqual(stages))

test('a stage goes by its operators, one without steps by the source', () => {
  const step = (id: string, input: string) => ({ id, input, use: `ai.${id}`, kind: 'map' }) as PlannedStep
  expect(planStages([step('a', 'source'), step('b', 'a')], []).map(({ name }) => name)).toEqual(['ai.a+ai.b'])
  expect(planStages([], []).map(({ name }) => name)).toEqual(['source'])
})
