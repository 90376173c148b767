import { expect, test } from 'vitest'
import { defineOperator } from './define-operator.js'

const right = { name: 'acme.up', kind: 'map', options: {}, create: () => (row: object) => ({ ...row }) }
const define = (change: object) => () => defineOperator({ ...right, ...change } as never)

test.each([
  ['columns', { columns: { adds: { up: 'string' } } }, /"columns" is an object.*a function, such as \(options\) =>/],
  ['columns', { columns: 'up' }, /"columns" is the text "up".*a function/],
  ['reads', { reads: ['a'] }, /"reads" is a list.*a function/],
  ['servings', { servings: ['default'] }, /"servings" is a list.*a function/],
  ['create', { create: 5 }, /"create" is number 5.*a function/],
  ['create', { create: undefined }, /"create".*a function/],
  ['kind', { kind: 'mapp' }, /"kind" is the text "mapp".*one of map, filter/],
  ['adds', { adds: ['up'] }, /"adds" is a list.*an object of columns and types/],
  ['adds', { adds: 'up' }, /"adds" is the text "up"/],
  ['drops', { drops: 'x' }, /"drops" is the text "x".*a list/],
  ['inject', { inject: 'x' }, /"inject" is the text "x".*a list/],
])('a definition whose %s is something else is refused with what it must be', (property, change, message) => {
  expect(define(change)).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_OPERATOR_DEFINITION',
      message: expect.stringMatching(message),
      details: expect.objectContaining({ property }),
      hint: expect.stringContaining('docs/plugins/operator.md'),
    }),
  )
})

test('a right definition is accepted', () => {
  expect(define({})).not.toThrow()
  expect(define({ columns: () => ({}), drops: ['a'], keeps: '{names}', adds: () => ({}) })).not.toThrow()
})
