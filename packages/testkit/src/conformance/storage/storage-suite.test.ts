import { expect, test } from 'vitest'
import { failureOf } from '../../__fixtures__/failed-cases.js'
import { rows, sinkSettings, storage } from '../../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { runSuite } from '../suite.js'
import { storageSuite } from './storage-suite.js'

const { options } = sinkSettings

test('a right storage passes', async () => {
  const outcomes = await runSuite(storageSuite(storage(), { rows, options }))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test('a storage that reads other values than it wrote is found', async () => {
  const wrong = storage((row) => ({ ...row, name: String(row.name).trim().toLowerCase() === '' ? null : row.name }))
  expect(
    await failureOf(storageSuite(wrong, { rows, options }), 'writing: values of all kinds are read back'),
  ).toBeDefined()
})

test('a storage that gives other ids each time is found', async () => {
  const wrong = storage(
    (row) => row,
    () => crypto.randomUUID(),
  )
  expect(
    await failureOf(storageSuite(wrong, { rows, options }), 'reading: each read returns the same rows and ids'),
  ).toContain('id')
})

test('a storage that cannot read what it wrote is found, with the failure of its source', async () => {
  const wrong = storage(() => {
    throw new RangeError('the header is cut off')
  })
  const failure = await failureOf(storageSuite(wrong, { rows, options }), 'writing: values of all kinds are read back')
  expect(failure).toMatch(/Its source failed at what its sink wrote: .*the header is cut off/)
})
