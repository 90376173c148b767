import assert from 'node:assert/strict'
import type { EmbeddingResult, EmbeddingServing } from '@maestro-dataflow/core'
import { lifeCases } from './life-cases.js'
import { watch, within } from './outcomes.js'
import { propertyNames } from './property-names.js'
import { assertTypedError, type ServingSubject, type ServingSuiteOptions, servingSubjects } from './serving-subject.js'
import { createSuite, type Suite } from './suite.js'

/** The options of the suite for embedding models. */
export interface EmbeddingSuiteOptions<Name extends string = string> extends ServingSuiteOptions<Name> {
  /** The length of the vectors. */
  readonly dimensions?: number
  /** How much a number of a vector may differ in another batch. @default 1e-4 */
  readonly tolerance?: number
}

interface EmbeddingSubject extends ServingSubject<EmbeddingServing> {
  readonly dimensions: number | undefined
  readonly tolerance: number
  /** The models that its results named. */
  readonly models: Set<string>
}

const texts = [
  'The red fox sleeps in the warm sun.',
  'A ship sails on a stormy sea.',
  'Interest rates rose again in spring.',
  '猫在垫子上睡觉。',
  '船在海上航行。',
  'Ein Hund 🐕 und ein Ball',
]

const cases = {
  async 'returns one vector for each text, in order'(subject: EmbeddingSubject) {
    const { serving, tolerance } = subject
    const forwards = await embed(subject, texts)
    const [first = '', ...others] = texts
    const turned = await embed(subject, [...others, first])
    assertAlike(forwards.vectors, [...turned.vectors.slice(-1), ...turned.vectors.slice(0, -1)], tolerance)
    for (const [index, vector] of forwards.vectors.entries())
      for (const other of forwards.vectors.slice(0, index))
        assert.ok(distance(vector, other) > tolerance, 'two texts that differ have the same vector')
    assert.ok(forwards.usage.inputTokens > 0, 'no token was read')
    assert.equal(forwards.model, (await serving.embed(texts.slice(0, 1))).model)
  },

  async 'all vectors have the declared length'(subject: EmbeddingSubject) {
    const { vectors } = await embed(subject, texts)
    const lengths = new Set(vectors.map(({ length }) => length))
    assert.equal(lengths.size, 1, `the vectors have ${[...lengths].join(', ')} dimensions`)
    const [length] = lengths
    const { dimensions } = subject.serving
    if (dimensions !== undefined) assert.equal(length, dimensions, 'the dimension that it tells')
    if (subject.dimensions !== undefined) assert.equal(length, subject.dimensions)
  },

  async 'the same text has the same vector'(subject: EmbeddingSubject) {
    const [first, second] = [await embed(subject, texts), await embed(subject, texts)]
    assertAlike(first.vectors, second.vectors, subject.tolerance)
    const [text = ''] = texts
    const { vectors } = await embed(subject, [text, 'another', text])
    assertAlike(vectors.slice(0, 1), vectors.slice(2), subject.tolerance)
  },

  async 'a text has the same vector alone and among others'(subject: EmbeddingSubject) {
    const together = await embed(subject, texts)
    const alone = await Promise.all(texts.map((text) => embed(subject, [text])))
    assertAlike(
      together.vectors,
      alone.flatMap(({ vectors }) => vectors),
      subject.tolerance,
    )
  },

  async 'texts that are numbers or names of properties keep their places'(subject: EmbeddingSubject) {
    const odd = ['10', '9', ...propertyNames]
    const { vectors } = await embed(subject, odd)
    const turned = await embed(subject, odd.toReversed())
    assertAlike(vectors, turned.vectors.toReversed(), subject.tolerance)
  },

  async 'a full batch is answered in one call'(subject: EmbeddingSubject) {
    const many = Array.from({ length: subject.serving.batchSize ?? 100 }, (_, index) => `text number ${index}`)
    const { vectors } = await embed(subject, many)
    const last = await embed(subject, many.slice(-1))
    assertAlike(vectors.slice(-1), last.vectors, subject.tolerance)
    const turned = await embed(subject, many.toReversed())
    assertAlike(vectors, turned.vectors.toReversed(), subject.tolerance)
  },

  async 'a later change of a returned vector does not change the next one'(subject: EmbeddingSubject) {
    const first = await embed(subject, texts)
    const copies = first.vectors.map((vector) => vector.slice())
    for (const vector of first.vectors) vector.fill(0)
    const second = await embed(subject, texts)
    assertAlike(copies, second.vectors, subject.tolerance)
  },

  async 'an empty list of texts returns no vectors'(subject: EmbeddingSubject) {
    const { vectors, usage } = await subject.serving.embed([])
    assert.deepEqual([...vectors], [])
    assert.equal(usage.inputTokens, 0)
  },

  async 'an empty text has a vector or is refused with a typed error'(subject: EmbeddingSubject) {
    for (const text of ['', ' \n\t']) {
      const outcome = await within(subject.patience, 'an empty text', watch(embed(subject, [text])).outcome)
      if ('error' in outcome) assertTypedError(subject, outcome)
    }
  },

  async 'invalid and unusual characters are accepted'(subject: EmbeddingSubject) {
    for (const text of [
      'half a pair \uD83D',
      'a\u0000b',
      '\u200B',
      '[CLS] [SEP] </s> <|endoftext|>',
      '🏳️‍🌈'.repeat(50),
    ]) {
      const outcome = await watch(embed(subject, [text])).outcome
      if ('error' in outcome) assertTypedError(subject, outcome)
    }
  },

  async 'a long text is read completely, reported as truncated, or refused'(subject: EmbeddingSubject) {
    const long = 'The fox went on. '.repeat(2000)
    const outcome = await watch(embed(subject, [`${long} alpha`])).outcome
    if ('error' in outcome) return assertTypedError(subject, outcome, 'MAESTRO_SERVING_CONTEXT_TOO_LONG')
    const second = await embed(subject, [`${long} omega beta gamma`])
    const [vector, differing] = [outcome.value.vectors[0], second.vectors[0]]
    assert.ok(vector !== undefined && differing !== undefined)
    // Texts that differ at their end but have the same vector were not read to their end.
    if (distance(vector, differing) > 1e-7) return
    assert.deepEqual(outcome.value.truncated, [0], 'it was cut, and nothing says so')
    const mixed = await embed(subject, ['short', long])
    assert.deepEqual(mixed.truncated, [1])
  },

  async 'concurrent calls each receive their own vectors'(subject: EmbeddingSubject) {
    const alone = await embed(subject, texts)
    const calls = await Promise.all(texts.map((text) => embed(subject, [text, `${text} and more`])))
    assertAlike(
      alone.vectors,
      calls.flatMap(({ vectors }) => vectors.slice(0, 1)),
      subject.tolerance,
    )
  },

  ...lifeCases<EmbeddingServing, EmbeddingSubject>({
    quick: (_, serving, options) => serving.embed(texts.slice(0, 1), options),
    long: (_, serving, options) =>
      serving.embed(
        Array.from({ length: serving.batchSize ?? 200 }, (_, index) => `${index} ${texts.join(' ')}`),
        options,
      ),
  }),
}

/** The cases of the suite for embedding models. */
export type EmbeddingServingCase = keyof typeof cases

/**
 * The rules for every embedding model.
 *
 * @param makeServing Creates a new one at each call; the suite disposes what it created.
 */
export function embeddingServingSuite(
  makeServing: () => EmbeddingServing | Promise<EmbeddingServing>,
  options: EmbeddingSuiteOptions<EmbeddingServingCase> = {},
): Suite {
  const { open, close } = servingSubjects(makeServing, options)
  const { dimensions, tolerance = 1e-4 } = options
  const title = 'an embedding model'
  return createSuite({
    title,
    cases,
    options,
    open: async () => ({ ...(await open()), dimensions, tolerance, models: new Set<string>() }),
    close,
  })
}

/** Requests vectors and checks what all results have in common. */
async function embed({ serving, models }: EmbeddingSubject, asked: readonly string[]): Promise<EmbeddingResult> {
  const given = [...asked]
  const result = await serving.embed(given)
  assert.deepEqual(given, asked, 'the list of texts was changed')
  assert.equal(result.vectors.length, asked.length, 'vectors and texts are not equally many')
  for (const vector of result.vectors) {
    assert.ok(vector instanceof Float32Array, 'a vector is no Float32Array')
    assert.ok(vector.length > 0, 'a vector is empty')
    assert.ok(vector.every(Number.isFinite), 'a vector holds a number that is none')
  }
  for (const place of result.truncated ?? []) assert.ok(place >= 0 && place < asked.length, `text ${place} was cut`)
  assert.ok(typeof result.model === 'string' && result.model !== '', 'the model is not named')
  models.add(result.model)
  assert.equal(models.size, 1, `it names several models: ${[...models].join(', ')}`)
  const { inputTokens } = result.usage
  assert.ok(Number.isInteger(inputTokens) && inputTokens >= 0, `usage.inputTokens is ${inputTokens}`)
  return result
}

function assertAlike(some: readonly Float32Array[], others: readonly Float32Array[], tolerance: number): void {
  assert.equal(some.length, others.length)
  for (const [index, vector] of some.entries()) {
    const apart = distance(vector, others[index] ?? new Float32Array())
    assert.ok(apart <= tolerance, `vector ${index} differs by ${apart}`)
  }
}

/** The largest difference between two numbers at the same position. */
function distance(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0)
}
