import { expect, test } from 'vitest'
import { errorOf } from '../__fixtures__/project-folder.js'
import { createToken } from '../contracts/token.js'
import { TokenContainer } from './create-container.js'

const NAME = createToken<string>('test.name')
const GREETING = createToken<{ readonly text: string }>('test.greeting')
const FIRST = createToken<object>('test.first')
const SECOND = createToken<object>('test.second')

const greeting = { inject: [NAME], create: (name: string) => ({ text: `Hello ${name}` }) } as const

test('values are found by token, whichever copy of a package made it', () => {
  const container = new TokenContainer().bindValue(NAME, 'Ada')
  expect(container.resolve(createToken<string>('test.name'))).toBe('Ada')
  expect(container.has(NAME)).toBe(true)
  expect(container.has(GREETING)).toBe(false)
})

test('a factory runs when first asked for, once, with the values it names', () => {
  let calls = 0
  const container = new TokenContainer().bindValue(NAME, 'Ada').bindFactory(GREETING, {
    inject: [NAME],
    create: (name) => {
      calls++
      return greeting.create(name)
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
  const unknown = { code: 'MAESTRO_CONTAINER_UNKNOWN_TOKEN', message: 'Nothing is bound to test.name.' }
  const container = new TokenContainer().bindFactory(GREETING, greeting)
  expect(await errorOf(() => container.resolve(NAME))).toMatchObject(unknown)
  expect(await errorOf(() => container.resolveAll([NAME]))).toMatchObject(unknown)
  expect(await errorOf(() => container.resolve(GREETING))).toMatchObject(unknown)
})

test('a scope sees the values outside it, and its own are not seen from there', async () => {
  const container = new TokenContainer().bindValue(NAME, 'Ada').bindFactory(FIRST, { inject: [], create: () => ({}) })
  const scope = container.createScope().bindFactory(GREETING, greeting)
  expect(scope.resolve(GREETING)).toEqual({ text: 'Hello Ada' })
  expect(scope.resolve(FIRST)).toBe(container.resolve(FIRST))
  expect(container.has(GREETING)).toBe(false)
})

test('a value of the outer container is made of outer values, even when a scope asks first', () => {
  const container = new TokenContainer().bindValue(NAME, 'outer').bindFactory(GREETING, greeting)
  const scope = container.createScope().bindValue(NAME, 'inner')
  expect(scope.resolve(NAME)).toBe('inner')
  expect(scope.resolve(GREETING).text).toBe('Hello outer')
  expect(container.resolve(GREETING).text).toBe('Hello outer')
})

test('values are freed with the scope that made them, newest first, each once', async () => {
  const freed: string[] = []
  const disposable = (name: string) => ({ inject: [], create: () => ({ dispose: () => void freed.push(name) }) })
  const container = new TokenContainer().bindFactory(FIRST, disposable('outer'))
  const scope = container
    .createScope()
    .bindFactory(SECOND, disposable('second'))
    .bindFactory(GREETING, {
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

test('what was never asked for is neither made nor freed, and values of any type can be made', async () => {
  const container = new TokenContainer()
    .bindFactory(FIRST, {
      inject: [],
      create: () => {
        throw new Error('made')
      },
    })
    .bindFactory(NAME, { inject: [], create: () => undefined as never })
  expect(container.resolve(NAME)).toBe(undefined)
  await container.dispose()
})

test('one that cannot be freed does not keep the others', async () => {
  const freed: string[] = []
  const container = new TokenContainer()
    .bindFactory(FIRST, { inject: [], create: () => ({ dispose: () => void freed.push('first') }) })
    .bindFactory(SECOND, {
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
