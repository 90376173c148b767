import { defineConfig, type VectorStoreTypes } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import type {} from './component-types.js'
import type { ChromaVectorOptions } from './options.js'

test('the store is known by name, with its options', () => {
  expectTypeOf<VectorStoreTypes['chroma.vectors']>().toEqualTypeOf<ChromaVectorOptions>()
  defineConfig({ vectorStores: { kb: { use: 'chroma.vectors', collection: 'handbook', metric: 'dot' } } })
})

test('options that there are not', () => {
  // @ts-expect-error a store has a collection
  const none: ChromaVectorOptions = {}
  // @ts-expect-error an index that the server has not
  const index: ChromaVectorOptions = { collection: 'kb1', index: 'flat' }
  expectTypeOf([none, index]).not.toBeAny()
})
