import { expect, test } from 'vitest'
import { errorOf } from '../__fixtures__/project-folder.js'
import { createToken, provide } from '../contracts/token.js'
import { Providers } from '../plugins/providers.js'
import { TokenContainer } from './token-container.js'

const NAME = createToken<string>('test.name')
const GREETING = createToken<{ readonly text: string }>('test.greeting')
const FIRST = createToken<object>('test.first')
const SECOND = createToken<object>('test.second')

const greeting = {
  token: GREETING,
  inject: [NAME],
  create: ([name]: readonly unknown[]) => ({ text: `Hello ${name}` }),
} as const

test('values are found by token, whichever copy of a package made it', () => {
  const container = new TokenContainer().bindValue(NAME, 'Ada')
  expect(container.resolve(createToken<string>('test.name'))).toBe('Ada')
  expect(container.has(NAME)).toBe(true)
  expect(container.has(GREETING)).toBe(false)
})

test('a factory runs when first asked for, once, with the values it names', () => {
  let calls = 0
  const container = new TokenContainer().bindValue(NAME, 'Ada').bindProvider({
    token: GREETING,
    inject: [NAME],
    create: ([name]) => {
      calls++
      return greeting.create([name])
    },
  })
  expect(calls).toBe(0)
  const [first, name] = container.resolveAll([GREETING, NAME])
  expect(first).toEqual({ text: 'Hello Ada' })
  expect(name).toBe('Ada')
  expect(container.resolve(GREETING)).toBe(first)
  expect(calls).toBe(1)
})

test('an unknown token is named, asked for alone, among others or by a factory', async () => {
  const message = 'The token test.name has no value.'
  const unknown = { code: 'MAESTRO_CONTAINER_UNKNOWN_TOKEN', message }
  const container = new TokenContainer().bindProvider(greeting)
  expect(await errorOf(() => container.resolve(NAME))).toMatchObject(unknown)
  expect(await errorOf(() => container.resolveAll([NAME]))).toMatchObject(unknown)
  expect((await errorOf(() => container.resolve(GREETING))).message).toBe(`test.greeting needs a value: ${message}`)
})

test('a scope sees the values outside it, and its own are not seen from there', async () => {
  const container = new TokenContainer()
    .bindValue(NAME, 'Ada')
    .bindProvider({ token: FIRST, inject: [], create: () => ({}) })
  const scope = container.createScope().bindProvider(greeting)
  expect(scope.resolve(GREETING)).toEqual({ text: 'Hello Ada' })
  expect(scope.resolve(FIRST)).toBe(container.resolve(FIRST))
  expect(container.has(GREETING)).toBe(false)
})

test('a value of the outer container is made of outer values, even when a scope asks first', () => {
  const container = new TokenContainer().bindValue(NAME, 'outer').bindProvider(greeting)
  const scope = container.createScope().bindValue(NAME, 'inner')
  expect(scope.resolve(NAME)).toBe('inner')
  expect(scope.resolve(GREETING).text).toBe('Hello outer')
  expect(container.resolve(GREETING).text).toBe('Hello outer')
})

test('values are freed with the scope that made them, newest first, each once', async () => {
  const freed: string[] = []
  const disposable = (name: string) => ({ inject: [], create: () => ({ dispose: () => void freed.push(name) }) })
  const container = new TokenContainer().bindProvider({ token: FIRST, ...disposable('outer') })
  const scope = container
    .createScope()
    .bindProvider({ token: SECOND, ...disposable('second') })
    .bindProvider({
      token: GREETING,
      inject: [SECOND],
      create: () => ({ text: '', dispose: async () => void freed.push('third') }),
    })
  scope.resolve(FIRST)
  scope.resolve(GREETING)
  await scope.dispose()
  expect(freed).toEqual(['third', 'second'])
  await scope.dispose()
  await container.dispose()
  expect(freed).toEqual(['third', 'second', 'outer'])
})

test('a provider that nobody asks for is neither called nor disposed, and values of any type can be provided', async () => {
  const container = new TokenContainer()
    .bindProvider({
      token: FIRST,
      inject: [],
      create: () => {
        throw new Error('made')
      },
    })
    .bindProvider({ token: NAME, inject: [], create: () => undefined as never })
  expect(container.resolve(NAME)).toBe(undefined)
  await container.dispose()
})

test('one that cannot be freed does not keep the others', async () => {
  const freed: string[] = []
  const container = new TokenContainer()
    .bindProvider({ token: FIRST, inject: [], create: () => ({ dispose: () => void freed.push('first') }) })
    .bindProvider({
      token: SECOND,
      inject: [FIRST],
      create: () => ({
        dispose: () => {
          throw new Error('stuck')
        },
      }),
    })
  container.resolve(SECOND)
  await expect(container.dispose()).rejects.toThrow('stuck')
  expect(freed).toEqual(['first'])
})

test('values of plugins are created on request, in their scope', async () => {
  const freed: string[] = []
  let made = 0
  const RUN = createToken<{ readonly number: number }>('test.run')
  const PROJECT_WIDE = createToken<string>('test.project')
  const list = [
    provide(PROJECT_WIDE, ([name]) => `for ${name}`, { inject: [NAME] }),
    provide(
      RUN,
      () => {
        const number = ++made
        return { number, dispose: () => void freed.push(`run ${number}`) }
      },
      { scope: 'run' },
    ),
  ]
  const providers = new Providers()
  const container = new TokenContainer(providers).bindValue(NAME, 'Ada')
  expect(container.has(PROJECT_WIDE)).toBe(false)
  providers.add('acme', list)
  const [first, second] = [container.createScope(), container.createScope()]
  expect(first.resolveAll([PROJECT_WIDE, RUN])).toEqual(['for Ada', { number: 1, dispose: expect.any(Function) }])
  expect(first.resolve(RUN)).toBe(first.resolve(RUN))
  expect(second.resolve(RUN).number).toBe(2)
  expect(await errorOf(() => container.resolve(RUN))).toMatchObject({
    code: 'MAESTRO_CONTAINER_UNKNOWN_TOKEN',
    hint: expect.stringContaining('lives for one run'),
  })
  await first.dispose()
  expect(freed).toEqual(['run 1'])
})

test('a token has one provider, and core keeps its own', async () => {
  const providers = new Providers([NAME])
  providers.add('acme', [provide(FIRST, () => ({}))])
  expect(await errorOf(() => providers.assertFree('other', [provide(FIRST, () => ({}))]))).toMatchObject({
    code: 'MAESTRO_CONTAINER_TOKEN_TAKEN',
    details: { token: 'test.first', first: 'acme', second: 'other' },
  })
  expect((await errorOf(() => providers.assertFree('acme', [provide(NAME, () => 'Bob')]))).message).toBe(
    'Both core and acme provide a value for the token test.name.',
  )
  expect(
    (await errorOf(() => providers.assertFree('two', [provide(SECOND, () => ({})), provide(SECOND, () => ({}))]))).code,
  ).toBe('MAESTRO_CONTAINER_TOKEN_TAKEN')
})

test('tokens that need each other are named in a circle', async () => {
  const container = new TokenContainer()
    .bindProvider({ token: FIRST, inject: [SECOND], create: () => ({}) })
    .bindProvider({ token: SECOND, inject: [FIRST], create: () => ({}) })
  for (let time = 0; time < 2; time++)
    expect(await errorOf(() => container.resolve(FIRST))).toMatchObject({
      code: 'MAESTRO_CONTAINER_CYCLE',
      details: { tokens: ['test.first', 'test.second', 'test.first'] },
    })
})
