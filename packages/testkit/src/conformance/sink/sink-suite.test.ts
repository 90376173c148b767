import { expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import {
  carelessContinuingSinks,
  continuingSink,
  visibleRows,
} from '../../__fixtures__/wrong-parts/careless/continuing-sinks.js'
import { carelessSinks } from '../../__fixtures__/wrong-parts/careless/sinks.js'
import { hastySinks } from '../../__fixtures__/wrong-parts/hasty/storages.js'
import { rightSink, sinkSettings, wrongSinks } from '../../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { runSuite } from '../suite.js'
import { sinkSuite } from './sink-suite.js'

test('a right sink passes', async () => {
  const outcomes = await runSuite(sinkSuite(rightSink, sinkSettings))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(wrongSinks)('a sink that $fault is found by: $rule', async ({ part, rule }) => {
  expect(await failureOf(sinkSuite(part, { ...sinkSettings, patience: 1000 }), rule)).toBeDefined()
})

const withShare = { ...sinkSettings, rows: sinkSettings.rows.map((row) => ({ ...row, share: 0.5 })), patience: 500 }

test.each(carelessSinks)('a sink that $fault is found by: $rule', async ({ part, rule }) => {
  expect(await failureOf(sinkSuite(part, withShare), rule)).toBeDefined()
})

const continuing = { ...withShare, read: visibleRows }

test('a right sink that can go on, keeps receipts, and removes rows passes', async () => {
  const outcomes = await runSuite(sinkSuite(continuingSink(), continuing))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(carelessContinuingSinks)('a sink that $fault is found by: $rule', async ({ part, rule }) => {
  expect(await failureOf(sinkSuite(part, continuing), rule)).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const all = [...wrongSinks, ...carelessSinks, ...carelessContinuingSinks, ...hastySinks]
  const faults = Object.fromEntries(all.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(casesWithoutFault(sinkSuite(rightSink, sinkSettings), faults)).toEqual([])
})
