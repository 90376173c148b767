import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row, StorageContext } from '@maestro-dataflow/core'
import { afterEach, describe, expect, test } from 'vitest'
import { failureOf } from '../__fixtures__/failed-cases.js'
import {
  hastyEngines,
  hastyExecutors,
  hastyObservers,
  hastyPrompts,
  hastyRowStorages,
} from '../__fixtures__/wrong-parts/hasty/parts.js'
import { hastySinks, hastySources } from '../__fixtures__/wrong-parts/hasty/storages.js'
import { rows } from '../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { executorSuite } from '../conformance/executor/executor-suite.js'
import { observerSuite } from '../conformance/observer/observer-suite.js'
import { promptSuite } from '../conformance/prompt/prompt-suite.js'
import { rowStorageSuite } from '../conformance/row-storage-suite.js'
import { sinkSuite } from '../conformance/sink/sink-suite.js'
import { sourceSuite } from '../conformance/source/source-suite.js'
import type { Suite } from '../conformance/suite.js'
import { tableEngineSuite } from '../conformance/table-engine/table-engine-suite.js'

// Parts that work in the project of their author, each with the rule of the suite that finds what is wrong.

const limits = { patience: 500, timeout: 4000 }
const sinkSettings = {
  rows,
  options: (place: number) => ({ path: `rows-${place}.json` }),
  unwritable: async (directory: string) => {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'a-file'), '')
    return { path: 'a-file/rows.json' }
  },
  read: ({ path }: { path: string }, { directory }: StorageContext): Promise<Row[]> =>
    readFile(join(directory, path), 'utf8').then(JSON.parse, () => []),
  comesBack: (row: Row): Row => JSON.parse(JSON.stringify(row)),
  patience: 2000,
  timeout: 8000,
}

interface Hasty {
  readonly fault: string
  readonly rule: string
}
const kinds: Readonly<Record<string, readonly (readonly [Hasty, () => Suite])[]>> = {
  'a source': hastySources.map((one) => [one, () => sourceSuite(one.part, { rows, ...limits })]),
  'a sink': hastySinks.map((one) => [one, () => sinkSuite(one.part as never, sinkSettings as never)]),
  'a row storage': hastyRowStorages.map((one) => [one, () => rowStorageSuite(one.make)]),
  'an executor': hastyExecutors.map((one) => [one, () => executorSuite(one.make, limits)]),
  'an observer': hastyObservers.map((one) => [one, () => observerSuite(one.make(), limits)]),
  'a prompt': hastyPrompts.map((one) => [one, () => promptSuite(one.make)]),
  'a table engine': hastyEngines.map((one) => [one, () => tableEngineSuite(one.make, { patience: 2000 })]),
}

const { now } = Date
afterEach(() => {
  Date.now = now
  delete process.env.ACME_READ
  delete process.env.ACME_WROTE
})

describe.each(Object.entries(kinds))('%s that', (_kind, parts) => {
  test.each(parts.map(([{ fault, rule }, suite]) => ({ fault, rule, suite })))(
    '$fault is found by: $rule',
    async ({ suite, rule }) => {
      expect(await failureOf(suite(), rule)).toBeDefined()
    },
  )
})
