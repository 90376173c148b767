import { expect, test } from 'vitest'
import type { PipelineDefinition } from '../../contracts/pipeline-definition.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { Faults } from './compile-context.js'
import { orderSteps } from './order-steps.js'

/** `a<source b<a` are steps in the order in which they were written; sinks likewise. */
function order(steps: string, sinks = '') {
  const nodes = (text: string) =>
    text
      .split(' ')
      .filter((part) => part !== '')
      .map((part) => {
        const [id = '', input = ''] = part.split('<')
        return { id, input, use: 'u', options: {} }
      })
  const faults = new Faults()
  const definition: PipelineDefinition = { name: 'p', source: undefined, steps: nodes(steps), sinks: nodes(sinks) }
  const ordered = orderSteps(definition, faults)
    .map(({ id }) => id)
    .join(' ')
  try {
    faults.throwIfAny('p')
    return { ordered, faults: [] }
  } catch (error) {
    const { errors } = (error as MaestroError).details
    return { ordered, faults: (errors as MaestroError[]).map(({ message }) => message) }
  }
}

test.each([
  ['a line', 'a<source b<a c<b', 'a b c'],
  ['branches, as they were written', 'a<source b<a x<source c<b y<x', 'a b x c y'],
  ['written backwards', 'c<b b<a a<source', 'a b c'],
  ['one of several written too early', 'a<source c<b b<a d<a', 'a b d c'],
  ['nothing', '', ''],
])('each step comes after the one it follows: %s', (_what, steps, ordered) =>
  expect(order(steps)).toEqual({ ordered, faults: [] }),
)

/** A ring, told from its first id by the alphabet: where it begins does not count. */
function fromFirst(cycle: string): string {
  const ids = cycle.split(' -> ')
  expect(ids.pop()).toBe(ids[0])
  const first = ids.indexOf(ids.toSorted()[0] ?? '')
  const turned = [...ids.slice(first), ...ids.slice(0, first)]
  return [...turned, turned[0]].join(' -> ')
}

test.each([
  ['two', 'a<b b<a', 'a -> b -> a', ''],
  ['one that follows itself', 'a<a', 'a -> a', ''],
  ['with a step before and one behind it', 'x<source d<c a<c b<a c<b', 'a -> b -> c -> a', 'x'],
  ['only the first of several', 'd<c c<d a<b b<a', 'c -> d -> c', ''],
])('a cycle of steps: %s', (_what, steps, cycle, ordered) => {
  const found = order(steps)
  expect(found.ordered).toBe(ordered)
  expect(found.faults).toHaveLength(1)
  const [, shown = ''] = /^The steps (.+) wait/.exec(found.faults[0] ?? '') ?? []
  expect(fromFirst(shown)).toBe(cycle)
})

test('a step behind one that follows nothing is still looked at', () => {
  expect(order('a<nothing b<a', 'out<b')).toEqual({
    ordered: 'a b',
    faults: ['a follows "nothing", which is not a step.'],
  })
})

test('an id counts once among steps and sinks', () => {
  expect(order('a<source a<source', 'a<a out<a out<a').faults).toEqual([
    'Two steps have the id "a".',
    'Two steps have the id "a".',
    'Two steps have the id "out".',
  ])
})
