// What every plugin holds, of the packages whose own tests do not say so, and the manifests of all.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { readPackageManifest } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'

describePlugin(ai)
describePlugin(db)
describePlugin(fs)
describePlugin(table)

const root = join(import.meta.dirname, '..')
const folders = [...globSync('packages/plugin-*', { cwd: root }), 'examples/plugin-shout'].toSorted()

test.each(folders)('the manifest of %s says what its code contributes', async (folder) => {
  const { differences } = await readPackageManifest(join(root, folder))
  expect(differences, 'write it with `npx maestro plugin check --write` in that folder').toEqual([])
})

test('all packages of plugins are looked at', () => {
  expect(folders.length).toBeGreaterThanOrEqual(13)
})
