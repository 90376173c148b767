import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row, StorageContext } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../__fixtures__/failed-cases.js'
import { hurriedOperators } from '../__fixtures__/wrong-parts/hurried/operators.js'
import {
  hurriedEngines,
  hurriedExecutors,
  hurriedObservers,
  hurriedPrompts,
} from '../__fixtures__/wrong-parts/hurried/parts.js'
import { hurriedSinks, hurriedSources } from '../__fixtures__/wrong-parts/hurried/storages.js'
import { rows as givenRows } from '../__fixtures__/wrong-parts/operators-for-the-suite.js'
import { rows as storedRows } from '../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { executorSuite } from '../conformance/executor/executor-suite.js'
import { observerSuite } from '../conformance/observer/observer-suite.js'
import { operatorSuite } from '../conformance/operator/operator-suite.js'
import { promptSuite } from '../conformance/prompt/prompt-suite.js'
import { sinkSuite } from '../conformance/sink/sink-suite.js'
import { sourceSuite } from '../conformance/source/source-suite.js'
import type { Suite } from '../conformance/suite.js'
import { tableEngineSuite } from '../conformance/table-engine/table-engine-suite.js'

// What authors in a hurry write, each with the rule of the suite that finds it.

const sinkSettings = {
  rows: storedRows,
  options: (place: number) => ({ path: `rows-${place}.json` }),
  read: ({ path }: { path: string }, { directory }: StorageContext): Promise<Row[]> =>
    readFile(join(directory, path), 'utf8').then(JSON.parse, () => []),
  comesBack: (row: Row): Row => JSON.parse(JSON.stringify(row)),
  patience: 500,
  timeout: 4000,
}
const limits = { patience: 500, timeout: 4000 }

interface Hurried {
  readonly fault: string
  readonly rule: string
}
const kinds: Readonly<Record<string, readonly (readonly [Hurried, () => Suite])[]>> = {
  'an operator': hurriedOperators.map((one) => [
    one,
    () => operatorSuite(one.part, { rows: givenRows, patience: 1000, timeout: 5000, ...one.settings }),
  ]),
  'a source': hurriedSources.map((one) => [one, () => sourceSuite(one.part, { rows: storedRows, ...limits })]),
  'a sink': hurriedSinks.map((one) => [one, () => sinkSuite(one.part as never, sinkSettings as never)]),
  'an executor': hurriedExecutors.map((one) => [one, () => executorSuite(one.make, limits)]),
  'an observer': hurriedObservers.map((one) => [one, () => observerSuite(one.make(), limits)]),
  'a prompt': hurriedPrompts.map((one) => [one, () => promptSuite(one.make)]),
  'a table engine': hurriedEngines.map((one) => [one, () => tableEngineSuite(one.make, { patience: 2000 })]),
}

describe.each(Object.entries(kinds))('%s that', (_kind, parts) => {
  test.each(parts.map(([{ fault, rule }, suite]) => ({ fault, rule, suite })))(
    '$fault is found by: $rule',
    async ({ suite, rule }) => {
      expect(await failureOf(suite(), rule)).toBeDefined()
    },
  )
})
