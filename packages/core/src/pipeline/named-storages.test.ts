import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { definePipeline } from '../define/define-pipeline.js'
import { definePlugin } from '../define/define-plugin.js'
import { defineSink, defineSource, defineStorage } from '../define/define-storage.js'
import { maestro } from '../maestro.js'

afterEach(() => vi.unstubAllEnvs())

/** A storage that keeps what it was opened with. */
function recorder() {
  const opened: unknown[] = []
  const options = { address: z.string(), table: z.string() }
  const plugin = definePlugin({
    name: 'bank',
    manifest: { apiVersion: 1, contributes: { storages: { 'bank.table': 'A table' } } },
    apply: (hooks) =>
      hooks.storages.tap('bank', (registry) =>
        registry.add(
          defineStorage({
            name: 'bank.table',
            source: defineSource({
              options,
              columns: () => ({ columns: { n: 'number' }, open: false }),
              open(given) {
                opened.push(given)
                return {
                  async *read() {
                    yield { ids: ['a'], rows: [{ n: 1 }] }
                  },
                }
              },
            }),
            sink: defineSink({
              options,
              open(given) {
                opened.push(given)
                return { write() {}, commit: async () => ({ rows: 1, location: 'bank' }), abort: async () => undefined }
              },
            }),
          }),
        ),
      ),
  })
  return { plugin, opened }
}

const copy = definePipeline({
  name: 'copy',
  read: { use: 'ledger', table: 'in' },
  write: { use: 'ledger', table: 'out', address: 'elsewhere' },
})

test('a storage of the config stands for its kind; options of the pipeline come over its own; secrets stay unseen', async () => {
  vi.stubEnv('BANK_ADDRESS', 'db://me:hush-hush@host')
  const { plugin, opened } = recorder()
  const storages = { ledger: { use: 'bank.table', address: { env: 'BANK_ADDRESS' } } }
  const project = maestro({ plugins: [plugin], storages, directory: import.meta.dirname, logLevel: 'silent' })
  const plan = await project.plan(copy)
  expect(plan.source).toMatchObject({ use: 'bank.table', options: { address: { env: 'BANK_ADDRESS' }, table: 'in' } })
  expect(JSON.stringify(plan)).not.toContain('hush-hush')
  const rows = await Array.fromAsync(project.rows(copy))
  expect(rows).toEqual([{ n: 1 }])
  expect(opened).toEqual([{ address: 'db://me:hush-hush@host', table: 'in' }])
})

test('a variable that is not set is a fault of the plan', async () => {
  const storages = { ledger: { use: 'bank.table', address: { env: 'BANK_NOT_SET' } } }
  const project = maestro({ plugins: [recorder().plugin], storages })
  const error = await project.plan(copy).catch((caught) => caught)
  expect(error.details.errors).toMatchObject([
    { code: 'MAESTRO_CONFIG_ENV_MISSING', details: { name: 'BANK_NOT_SET' } },
  ])
})

test('a name that neither the config nor a plugin knows is an error', async () => {
  const project = maestro({ plugins: [recorder().plugin] })
  await expect(project.plan(copy)).rejects.toThrow(/there is no storage "ledger"/)
})
