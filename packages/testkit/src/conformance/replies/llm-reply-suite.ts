import assert from 'node:assert/strict'
import {
  type AnswerCheck,
  EnhancedLLMServing,
  type LLMResult,
  type LLMServing,
  MaestroError,
  ServingPlane,
  type Usage,
} from '@maestro-dataflow/core'
import { startMisbehavingServer } from '../../misbehaving-server.js'
import type { RecordedRequest } from '../../misbehaving-server-replies.js'
import type { ReplyDialect } from '../../reply-dialect.js'
import { replyDialects } from '../../reply-dialects.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { answerCases } from './answer-cases.js'
import { endCases } from './end-cases.js'
import { failureCases } from './failure-cases.js'
import { limitCases } from './limit-cases.js'
import { misfitCases } from './misfit-cases.js'
import type { ReplyCase } from './reply-case.js'
import { sideDataCases } from './side-data-cases.js'
import { streamCases } from './stream-cases.js'
import { thoughtCases } from './thought-cases.js'

const cases: Readonly<Record<string, ReplyCase>> = {
  ...thoughtCases,
  ...answerCases,
  ...endCases,
  ...failureCases,
  ...misfitCases,
  ...sideDataCases,
  ...limitCases,
  ...streamCases,
}

/** The options of the suite of replies. */
export interface LLMReplySuiteOptions extends SuiteOptions<string> {
  /** The API in which the server of the suite replies. @default 'openai' */
  readonly dialect?: keyof typeof replyDialects
}

/**
 * The expected results of servers' replies: reasoning, drafts, answers that were cut off, failures in unusual forms,
 * odd data beside the answer, limits, refusals, and outages. A server on this machine plays the replies, and the
 * serving is called through the serving plane.
 *
 * @param makeServing Creates a new one for the server at this address, such as `http://127.0.0.1:4711`, at each call.
 */
export function llmReplySuite(
  makeServing: (url: string) => LLMServing | Promise<LLMServing>,
  options: LLMReplySuiteOptions = {},
): Suite {
  const dialect = replyDialects[options.dialect ?? 'openai']
  const { title = `replies of ${dialect.name}` } = options
  const possible = Object.entries(cases).filter(([, { said }]) => said.every((one) => dialect.reply(one) !== undefined))
  return createSuite({
    title,
    cases: Object.fromEntries(
      possible.map(([name, replyCase]) => [name, () => assertOutcome(replyCase, dialect, makeServing)]),
    ),
    options,
    open: async () => undefined,
    close: async () => undefined,
  })
}

const schema = {
  type: 'object',
  properties: { tone: { type: 'string', enum: ['good', 'bad'] } },
  required: ['tone'],
  additionalProperties: false,
}

const check: AnswerCheck = (value) => {
  const { tone } = (value ?? {}) as { tone?: unknown }
  return tone === 'good' || tone === 'bad' ? { value } : { issues: ['tone is neither good nor bad'] }
}

async function assertOutcome(
  { said, json = false, calls = 1, retries = 1, timeout = {}, expected }: ReplyCase,
  dialect: ReplyDialect,
  makeServing: (url: string) => LLMServing | Promise<LLMServing>,
): Promise<void> {
  const server = await startMisbehavingServer()
  let asked = 0
  let recorded: Usage | undefined
  server.always((request) => {
    if (!dialect.isChat(request)) return dialect.other(request)
    const reply = dialect.reply(said[Math.min(asked++, said.length - 1)] ?? {})
    assert.ok(reply !== undefined)
    return reply
  })
  const serving = new EnhancedLLMServing(await makeServing(server.url), {
    plane: new ServingPlane({
      observer: {
        requestDone: (event) => {
          recorded = event.usage
        },
      },
    }),
    settings: { retries, repairs: 1, timeout },
  })
  try {
    const messages = [{ role: 'user', content: 'Good or bad?' }] as const
    const call = () => serving.generate(json ? { messages, schema } : { messages }, json ? { check } : {})
    for (let before = 1; before < calls; before++) await call()
    const result = await call().catch((error: unknown) => error)
    if (expected.code === undefined) assertAnswer(result, expected)
    else assertFailure(result, expected)
    if (expected.usage !== undefined) assert.deepEqual({ ...recorded, ...expected.usage }, { ...recorded })
    assertAsked(asked, expected.asked ?? said.length)
    const turns = server.requests.filter((request) => dialect.isChat(request)).flatMap(turnsOf)
    const isBlank = (turn: unknown) => typeof turn === 'string' && !/[^\p{Z}\p{C}]/u.test(turn)
    assert.ok(!turns.some(isBlank), 'an empty turn was sent')
  } finally {
    await serving.dispose()
    await server.close()
  }
}

/** The contents of the turns of a request; Gemini and the Responses API have other names. */
function turnsOf(request: RecordedRequest): readonly unknown[] {
  const {
    messages = [],
    input = [],
    contents = [],
  } = request.json<{
    messages?: readonly { content: unknown }[]
    input?: readonly { content: unknown }[]
    contents?: readonly { parts: readonly { text?: unknown }[] }[]
  }>()
  return [
    ...[...messages, ...input].map(({ content }) => content),
    ...contents.flatMap(({ parts }) => parts.map(({ text }) => text)),
  ]
}

function assertAsked(asked: number, expected: number | { readonly most: number }): void {
  if (typeof expected === 'number') assert.equal(asked, expected, 'the number of requests')
  else assert.ok(asked <= expected.most, `${asked} requests are more than ${expected.most}`)
}

function assertAnswer(given: unknown, { text, object, reasoning }: ReplyCase['expected']): void {
  if (given instanceof Error) throw given
  const result = given as LLMResult
  if (text !== undefined) assert.equal(result.text, text)
  if (object !== undefined) assert.deepEqual(result.object, object)
  if (reasoning === undefined) return
  assert.equal(result.reasoning, reasoning)
  assert.ok((result.usage.reasoningTokens ?? 0) > 0, 'the tokens of reasoning are not counted')
}

function assertFailure(given: unknown, { code, words = '' }: ReplyCase['expected']): void {
  assert.ok(MaestroError.is(given), `expected ${code}, got ${JSON.stringify(given)}`)
  assert.equal(given.code, `MAESTRO_SERVING_${code}`, given.message)
  assert.ok(given.message.includes(words), `"${words}" does not stand in: ${given.message}`)
}
