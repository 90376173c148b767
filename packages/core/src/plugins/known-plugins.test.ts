import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { officialPlugins } from './known-plugins.js'

// The name of an official plugin that is not known would be taken for a misspelt one.
test('every plugin of this repository is known', () => {
  const packages = readdirSync(join(import.meta.dirname, '../../..')).filter((name) => name.startsWith('plugin-'))
  expect(officialPlugins.toSorted()).toEqual(packages.map((name) => `@maestro-dataflow/${name}`).sort())
})
