import assert from 'node:assert/strict'
import {
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  type RequestDoneEvent,
  ServingPlane,
} from '@maestro-dataflow/core'
import { startMisbehavingServer } from '../../misbehaving-server.js'
import { type VectorDialect, vectorDialects } from '../../vector-dialects.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { assertFailure } from './assert-failure.js'
import { servingFor } from './serving-for.js'
import { type VectorCase, vectorCases } from './vector-cases.js'

/** The options of the suite of replies with vectors. */
export interface EmbeddingReplySuiteOptions extends SuiteOptions<string> {
  /** The API in which the server of the suite replies. @default 'openai' */
  readonly dialect?: keyof typeof vectorDialects
}

/**
 * The expected results of replies with vectors: in another order, in base64, too few, without numbers, of another
 * dimension, failures, and refusals. A server on this machine plays the replies, and the serving is called through the
 * serving plane.
 *
 * @param makeServing Creates a new one for the server at this address, such as `http://127.0.0.1:4711`, at each call.
 */
export function embeddingReplySuite(
  makeServing: (url: string) => EmbeddingServing | Promise<EmbeddingServing>,
  options: EmbeddingReplySuiteOptions = {},
): Suite {
  const dialect = vectorDialects[options.dialect ?? 'openai']
  const { title = `replies of ${dialect.name} with vectors` } = options
  const possible = Object.entries(vectorCases).filter(([, { said }]) =>
    said.every((one) => dialect.reply(one) !== undefined),
  )
  return createSuite({
    title,
    cases: Object.fromEntries(
      possible.map(([name, vectorCase]) => [name, () => assertOutcome(vectorCase, dialect, makeServing)]),
    ),
    options,
    open: async () => undefined,
    close: async () => undefined,
  })
}

const texts = ['a', 'bb', 'ccc']

async function assertOutcome(
  { said, retries = 6, expected }: VectorCase,
  dialect: VectorDialect,
  makeServing: (url: string) => EmbeddingServing | Promise<EmbeddingServing>,
): Promise<void> {
  const server = await startMisbehavingServer()
  let asked = 0
  server.always((request) => {
    if (!dialect.isEmbedding(request)) return dialect.other(request)
    const reply = dialect.reply(said[Math.min(asked++, said.length - 1)] ?? {})
    assert.ok(reply !== undefined)
    return reply
  })
  const done: RequestDoneEvent[] = []
  const serving = new EnhancedEmbeddingServing(await servingFor(server, makeServing), {
    plane: new ServingPlane({ observer: { requestDone: (event) => void done.push(event) } }),
    settings: { retries },
  })
  try {
    const result = await serving.embed(texts).catch((error: unknown) => error)
    if (expected.code !== undefined) assertFailure(result, expected)
    else {
      if (result instanceof Error) throw result
      const { vectors } = result as { vectors: readonly Float32Array[] }
      assert.deepEqual(
        vectors.map((vector) => [...vector]),
        [
          [1, 0.5],
          [2, 0.5],
          [3, 0.5],
        ],
      )
    }
    assert.equal(asked, expected.asked ?? said.length, 'the number of requests')
    const [last] = done.slice(-1)
    if (expected.retries !== undefined)
      assert.equal((last?.tries ?? 0) - (last?.calls ?? 1), expected.retries, 'the recorded retries')
    if (expected.inputTokens !== undefined) assert.equal(last?.usage?.inputTokens, expected.inputTokens)
  } finally {
    await serving.dispose()
    await server.close()
  }
}
