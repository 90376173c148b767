import { afterEach, describe, expect, test, vi } from 'vitest'
import { env } from '../contracts/config.js'
import type { MaestroConfig } from '../define/maestro-config.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'
import { plainSecrets } from './plain-secrets.js'
import { resolveConfig } from './resolve-config.js'

const find = async (config: MaestroConfig, environment = {}) =>
  plainSecrets(await resolveConfig(config, {}), environment)
const serving = (options: object) => ({ servings: { default: { use: 'some.chat', ...options } } })

describe('secrets in plain text', () => {
  test('are found under every name that looks like one, wherever they stand', async () => {
    const config = {
      servings: {
        default: { use: 'some.chat', apiKey: 'a key in plain text', maxTokens: 1000 },
        other: { use: 'some.chat', headers: { Authorization: 'Bearer a key' }, hosts: [{ token: 'a token of mine' }] },
      },
      storages: { db: { use: 'some.db', connection: { password: 'a password' } } },
      vectorStores: { kb: { use: 'some.vectors', secret: 'a secret' } },
      plugins: [['some-plugin', { accessKey: 'an access key' }]],
    } as const
    expect(await find(config)).toEqual([
      'servings.default.apiKey',
      'servings.other.headers.Authorization',
      'servings.other.hosts.0.token',
      'storages.db.connection.password',
      'vectorStores.kb.secret',
      'the options of some-plugin.accessKey',
    ])
  })

  test('are found within addresses, however short they are', async () => {
    const address = (connection: unknown) => find({ storages: { db: { use: 'some.db', connection } } })
    const found = ['storages.db.connection']
    for (const plain of [
      'postgres://ada:pw@db.example/shop',
      'mysql://:a%20b@db.example',
      'mariadb://u:long-password@[::1]:3306/x',
    ])
      expect(await address(plain)).toEqual(found)
    for (const plain of [
      'https://x.example/v1?sig=ab1',
      'https://x.example?a=1&api-key=k',
      'libsql://x.example?authToken=k',
    ])
      expect(await address(plain)).toEqual(found)
    expect(await address({ host: 'h', password: 'pw' })).toEqual(['storages.db.connection.password'])
    for (const plain of [
      'https://x.example/v1?page=2&keyword=a',
      'what is the key?key=none',
      'https://x.example/v1?api-version=1#key=none',
      'sqlite:shop.db',
      'postgres://ada@db.example/shop',
      'https://example.org/a:b@c',
      'a text: with@a sign',
    ])
      expect(await address(plain)).toEqual([])
    const url = 'postgres://ada:from-outside@db.example/shop'
    const config = { storages: { db: { use: 'some.db', connection: url } } }
    expect(await find(config, { DATABASE_URL: url })).toEqual([])
    expect(await find(config, { DATABASE_PASSWORD: 'from-outside' })).toEqual([])
  })

  test('not where they come from the environment, nor what servers without keys are given', async () => {
    vi.stubEnv('SOME_KEY', 'the key of the environment')
    expect(await find(serving({ apiKey: env('SOME_KEY') }))).toEqual([])
    expect(await find(serving({ apiKey: { env: 'SOME_KEY' } }))).toEqual([])
    expect(await find(serving({ apiKey: 'none', model: 'a-model-of-mine', maxTokens: 'plenty of them' }))).toEqual([])
    const read = serving({ apiKey: process.env.SOME_KEY, headers: { authorization: `Bearer ${process.env.SOME_KEY}` } })
    expect(await find(read, process.env)).toEqual([])
    vi.unstubAllEnvs()
  })
})

describe('a project', () => {
  afterEach(() => vi.restoreAllMocks())

  test('warns of them once and does not print them', async () => {
    const lines: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
    const project = maestro(serving({ apiKey: 'a key in plain text' }))
    for (const _ of [1, 2]) for await (const _row of project.rows(pipeline('p').from([{ a: 1 }])));
    await project.dispose()
    expect(lines).toEqual([expect.stringMatching(/^warn: servings\.default\.apiKey .*env\('NAME'\)/)])
    expect(lines.join()).not.toContain('a key in plain text')
  })
})
