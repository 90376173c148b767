import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { createLogger } from './logger.js'
import { isSecretName, SecretRedactor } from './secret-redactor.js'

test.each([
  'apiKey',
  'api_key',
  'OPENAI_API_KEY',
  'secretAccessKey',
  'privateKey',
  'token',
  'accessToken',
  'password',
  'clientSecret',
  'Authorization',
  'credentials',
  'cookie',
])('%s names a secret', (name) => expect(isSecretName(name)).toBe(true))

test.each([
  'tokens',
  'maxTokens',
  'inputTokens',
  'cachedInputTokens',
  'reasoning_tokens',
  'tokenizer',
  'keyword',
  'key',
  'secretary',
])('%s names none', (name) => expect(isSecretName(name)).toBe(false))

test('known secrets go from any text, the longest first; short values stay', () => {
  const redactor = new SecretRedactor()
  for (const secret of ['abcd', 'abcd-efgh', 'on']) redactor.add(secret)
  expect(redactor.text('abcd-efgh, abcd, on')).toBe('[redacted], [redacted], on')
})

test('a secret goes in the spelling of JSON and of addresses too', () => {
  const redactor = new SecretRedactor()
  redactor.add('pa"ss\\wörd\n1')
  const body = JSON.stringify({ key: 'pa"ss\\wörd\n1' })
  expect(redactor.text(body)).toBe('{"key":"[redacted]"}')
  expect(redactor.text(`https://me:${encodeURIComponent('pa"ss\\wörd\n1')}@host/`)).toBe('https://me:[redacted]@host/')
  redactor.add('half \ud800 a pair')
  expect(redactor.text('half \ud800 a pair')).toBe('[redacted]')
})

test('a secret is found at the end of long texts and lists', () => {
  const redactor = new SecretRedactor()
  redactor.add('sk-12345')
  const issues = [...Array.from({ length: 300 }, (_, index) => `issue ${index}`), 'sk-12345']
  const error = maestroError('MAESTRO_CONFIG_INVALID', { path: 'p', issues })
  expect(redactor.error(error).details.issues).toHaveLength(301)
  expect(JSON.stringify(redactor.error(error))).not.toContain('sk-12345')
  const reason = `${'x'.repeat(50_000)} sk-12345`
  const listed = maestroError('MAESTRO_SERVING_FAILED', { serving: 's', reason: 'long' }, { body: reason })
  expect(inspect(redactor.error(listed), { maxStringLength: null })).not.toContain('sk-12345')
})

test('data is copied: secret fields blank, known secrets gone at any depth, counts left', () => {
  const redactor = new SecretRedactor()
  redactor.add('hush-hush')
  const given = {
    headers: [{ Authorization: 'Bearer x', note: 'says hush-hush' }],
    inputTokens: 7,
    password: null,
    error: new Error('hush-hush failed'),
    at: new Date(0),
    address: new URL('https://hush-hush.example/'),
    vector: new Float32Array(2),
    count: 3n,
  }
  expect(redactor.data(given)).toEqual({
    headers: [{ Authorization: '[redacted]', note: 'says [redacted]' }],
    inputTokens: 7,
    password: null,
    error: '[redacted] failed',
    at: '1970-01-01T00:00:00.000Z',
    address: 'https://[redacted].example/',
    vector: '[8 bytes]',
    count: '3',
  })
  expect(given.headers[0]?.Authorization).toBe('Bearer x')
})

test('data that holds itself ends', () => {
  const ring: Record<string, unknown> = { name: 'a' }
  ring.self = { ring }
  expect(new SecretRedactor().data(ring)).toEqual({ name: 'a', self: { ring: '[circular]' } })
})

test('an error loses secrets in message, hint, details and causes, and keeps code and place', () => {
  const redactor = new SecretRedactor()
  redactor.add('sk-12345')
  const cause = new TypeError('401 for sk-12345', { cause: 'key sk-12345' })
  const error = maestroError('MAESTRO_SERVING_FAILED', { serving: 's', reason: 'sk-12345 is wrong' }, cause)
  const clean = redactor.error(error.at({ step: 'a', rowId: '1', plugin: 'p' }))
  expect(clean).toMatchObject({
    code: 'MAESTRO_SERVING_FAILED',
    message: 's failed: [redacted] is wrong',
    details: { reason: '[redacted] is wrong' },
    step: 'a',
    rowId: '1',
    plugin: 'p',
    cause: { name: 'TypeError', message: '401 for [redacted]', cause: "'key [redacted]'" },
  })
  expect((clean.cause as Error).stack).toMatch(/^TypeError: 401 for \[redacted\]\n +at /)
})

test('the hint of an error has none either, and one whose cause is ours keeps its code', () => {
  const redactor = new SecretRedactor()
  redactor.add('sk-12345')
  const inner = maestroError('MAESTRO_SERVING_FAILED', { serving: 's', reason: 'sk-12345' })
  const unknown = { name: 'x', known: ['sk-12345'], suggestion: undefined }
  const clean = redactor.error(maestroError('MAESTRO_PIPELINE_UNKNOWN', unknown, inner))
  expect(clean.hint).toMatch(/^Known: \[redacted\]\./)
  expect(clean.cause).toMatchObject({ code: 'MAESTRO_SERVING_FAILED', message: 's failed: [redacted]' })
  const hintless = new MaestroError({ code: 'X', message: 'sk-12345' })
  expect(redactor.error(hintless)).toMatchObject({ code: 'X', hint: undefined })
  expect(redactor.error(hintless).message).toBe('[redacted]')
  expect(redactor.error(hintless).cause).toBe(undefined)
})

test('an error without secrets is left as it is', () => {
  const redactor = new SecretRedactor()
  const error = maestroError('MAESTRO_RUN_ABORTED', {})
  expect(redactor.error(error)).toBe(error)
  redactor.add('sk-12345')
  expect(redactor.error(error)).toBe(error)
})

test('log lines hold no secret, for people and as JSON', () => {
  const redactor = new SecretRedactor()
  redactor.add('sk-12345')
  for (const json of [false, true]) {
    const lines: string[] = []
    const logger = createLogger({ level: 'info', json, redactor, write: (line) => lines.push(line) })
    logger.debug('not shown')
    logger.child({ apiKey: 'other-secret' }).warn('with sk-12345', { reason: 'sk-12345', rows: 2 })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/sk-12345|other-secret/)
    expect(lines[0]).toContain('with [redacted]')
    expect(lines[0]).toMatch(/rows"?[=:]2/)
  }
})
