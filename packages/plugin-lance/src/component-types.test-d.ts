import { defineConfig, type VectorStoreTypes } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import type {} from './component-types.js'
import type { LanceVectorOptions } from './options.js'

test('the store is known by name, with its options', () => {
  expectTypeOf<VectorStoreTypes['lance.vectors']>().toEqualTypeOf<LanceVectorOptions>()
  defineConfig({ vectorStores: { kb: { use: 'lance.vectors', path: 'data/kb', index: 'ivf', probes: 16 } } })
})

test('options that there are not', () => {
  // @ts-expect-error a store has a path
  const none: LanceVectorOptions = {}
  // @ts-expect-error an index that there is not
  const index: LanceVectorOptions = { path: 'kb', index: 'ivf-pq' }
  // @ts-expect-error a misspelt option
  const misspelt: LanceVectorOptions = { path: 'kb', metrics: 'dot' }
  expectTypeOf([none, index, misspelt]).not.toBeAny()
})
