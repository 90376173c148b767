import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import fs from '@maestro-dataflow/plugin-fs'
import openai, { OpenAIChatServing } from '@maestro-dataflow/plugin-openai'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'maestro-addresses-'))
const server = createServer((request, response) => {
  const isAsked = request.url?.includes('sig=sig-of-an-address') === true
  response.writeHead(isAsked ? 418 : 500, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message: `no tea at ${request.url}` } }))
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})
const address = server.address()
const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`

test('a secret in the query of an address is neither in an error nor in a file', async () => {
  const project = maestro({
    plugins: [fs, openai, ai],
    servings: { default: { use: 'openai.chat', baseUrl, model: 'm', query: { sig: 'sig-of-an-address' } } },
    directory,
    logLevel: 'silent',
    run: { maxRejects: '100%' },
  })
  const asked = pipeline('p')
    .from([{ a: 1 }, { a: 2 }])
    .step('ai.generate', { prompt: '{{a}}', output: 'b' })
    .write('fs.file', { path: 'out.jsonl' })
  const said = await project.run(asked as never).then(JSON.stringify, (error) => `${error.message} ${error.hint}`)
  await project.dispose()
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name))
  const kept = files.filter((path) => statSync(path).isFile())
  const texts = kept.map((path) => readFileSync(path, 'latin1'))
  expect(said + texts.join()).toContain('no tea at')
  expect(said).not.toContain('sig-of-an-address')
  const leaking = kept.filter((path) => readFileSync(path, 'latin1').includes('sig-of-an-address'))
  expect(leaking).toEqual([])
})

test.each([
  'https://a.example/v1?sig=x',
  'https://a.example/v1?key=x',
  'https://a.example/v1#x',
  'https://u:p@a.example/v1',
])('an address that holds a secret is refused: %s', (baseUrl) => {
  expect(() => new OpenAIChatServing({ model: 'm', baseUrl })).toThrow(/must not contain a (query|user)/)
})
