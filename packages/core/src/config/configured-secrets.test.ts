import { afterEach, expect, test, vi } from 'vitest'
import { env } from '../contracts/config.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'
import { configuredSecrets } from './configured-secrets.js'
import { resolveConfig } from './resolve-config.js'

afterEach(() => vi.unstubAllEnvs())

test('secrets are found under their setting, their variable, and in addresses; other settings are none', async () => {
  const config = await resolveConfig(
    {
      servings: {
        chat: { use: 'some.chat', apiKey: env('A'), model: env('MODEL'), headers: { 'x-own': env('B_TOKEN') } },
        bare: { use: 'some.chat', apiKey: 'none', baseUrl: env('UNSET', 'http://localhost') },
        plain: { use: 'some.chat', apiKey: 'in plain text', query: { sig: 'signature', region: 'europe' } },
      },
      storages: { db: { use: 'some.db', connection: env('DB') } },
      plugins: [['some-plugin', { secret: env('C') }]],
    } as never,
    {},
  )
  const environment = {
    A: 'a-key',
    B_TOKEN: 'a-token',
    C: 'a-secret',
    DB: 'postgres://ada:word@db.example/shop',
    MODEL: 'a-model',
    OTHER_KEY: 'another-key',
  }
  expect(configuredSecrets(config, environment)).toEqual([
    'a-key',
    'a-token',
    'in plain text',
    'signature',
    'postgres://ada:word@db.example/shop',
    'a-secret',
  ])
})

test('a step that shows the key of a serving that its pipeline does not use shows it nowhere', async () => {
  vi.stubEnv('UNUSED_KEY', 'a "key" of nobody')
  const project = maestro({
    servings: { unused: { use: 'some.chat', apiKey: env('UNUSED_KEY') } },
    logLevel: 'silent',
  })
  const steps = pipeline('p')
    .from([{ a: 1 }, { a: 2 }])
    .map((row) => {
      if (row.a === 1) throw new Error(`bad ${process.env.UNUSED_KEY}`)
      return row
    })
  const { rejects } = await project.preview(steps, 10)
  await project.dispose()
  expect(rejects.map(({ error }) => error.message)).toEqual([expect.stringContaining('bad [redacted]')])
})
