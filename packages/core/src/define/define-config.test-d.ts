import { expectTypeOf, test } from 'vitest'
import type { ServingName, VectorStoreName } from '../contracts/component-types.js'
import { env } from '../contracts/config.js'
import type { LLMServing } from '../contracts/serving.js'
import { defineConfig } from './define-config.js'
import { definePlugin } from './define-plugin.js'
import type { MaestroConfig } from './maestro-config.js'

declare module '../contracts/component-types.js' {
  interface ServingTypes {
    'test.chat': { readonly model: string; readonly apiKey?: string; readonly threads?: number }
  }
}

const plugin = definePlugin({ name: 'inline', manifest: { apiVersion: 1 }, apply() {} })
declare const chat: LLMServing

test('a config of every part', () => {
  const config = defineConfig({
    plugins: [
      '@maestro-dataflow/plugin-fs',
      ['@maestro-dataflow/plugin-local', { threads: 1 }],
      './plugins/shout.ts',
      plugin,
      plugin({}),
    ],
    servings: {
      default: { use: 'test.chat', model: 'small', threads: 2 },
      big: { use: 'test.chat', model: env('MODEL', 'large'), apiKey: env('API_KEY') },
      other: { use: 'of.a.plugin.without.types', limits: { concurrency: 64, requestsPerMinute: 5000 } },
      mine: chat,
    },
    vectorStores: { kb: { use: 'lance.vectors', path: 'data/kb', index: 'ivf' } },
    budgets: { run: { usd: 5 } },
    pipelines: ['pipelines/*.ts'],
    run: { maxRejects: '5%', onError: 'fail' },
    tableEngine: { use: 'table.duckdb', threads: 2 },
  })
  expectTypeOf(config).toEqualTypeOf<MaestroConfig>()
})

test('a setting that there is not, or of another type', () => {
  // @ts-expect-error a misspelt setting
  defineConfig({ plugin: [] })
  // @ts-expect-error a share needs its sign
  defineConfig({ run: { maxRejects: '5' } })
  // @ts-expect-error a wrong value
  defineConfig({ run: { onError: 'skip' } })
  // @ts-expect-error a serving says what it uses
  defineConfig({ servings: { default: { model: 'small' } } })
  // @ts-expect-error a path is text
  defineConfig({ plugins: [1] })
})

test('without a types file any text is a name', () => {
  expectTypeOf<ServingName>().toEqualTypeOf<string>()
  expectTypeOf<VectorStoreName>().toEqualTypeOf<string>()
})
