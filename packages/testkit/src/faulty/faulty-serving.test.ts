import { EnhancedEmbeddingServing, EnhancedLLMServing, generateObject, type MaestroError } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { smallModel } from '../__fixtures__/small-model.js'
import { scriptedEmbeddings } from '../scripted/scripted-embeddings.js'
import { questionOf, scriptedServing } from '../scripted/scripted-serving.js'
import { scriptedTranscription } from '../scripted/scripted-transcription.js'
import { describeLLMServing } from '../vitest.js'
import { type FaultName, faultNames } from './faults.js'
import { type FaultyOptions, faultyServing } from './faulty-serving.js'

const request = (content: string) => ({ messages: [{ role: 'user' as const, content }] })
const questions = Array.from({ length: 400 }, (_, index) => `question ${index}`)
const echo = () => scriptedServing((asked) => `answer to ${questionOf(asked)}`)

/** Asks all questions and gives what became of each. */
async function outcomes(options: FaultyOptions, asked: readonly string[] = questions) {
  const serving = faultyServing(echo(), options)
  const settled = await Promise.allSettled(asked.map((question) => serving.generate(request(question))))
  const ends = settled.map((one) => (one.status === 'fulfilled' ? one.value.text : (one.reason as MaestroError).code))
  return { ends: new Map(asked.map((question, index) => [question, ends[index]])), counts: serving.counts }
}

describeLLMServing(() => faultyServing(smallModel(), { faults: { slow: 0.5 }, slowMs: 5 }), { title: 'a slow serving' })
describeLLMServing(
  () =>
    new EnhancedLLMServing(
      faultyServing(smallModel(), {
        seed: 3,
        faults: { rateLimited: 0.2, overloaded: 0.02, server: 0.02, connection: 0.02 },
        retryAfterMs: 1,
      }),
    ),
  { title: 'the serving plane over a serving that fails' },
)

describe('the faults', () => {
  test('meet their share of the calls, and are counted', async () => {
    const { ends, counts } = await outcomes({ seed: 5, faults: { rateLimited: 0.1, server: 0.05, unauthorized: 0.02 } })
    const of = (code: string) => [...ends.values()].filter((end) => end === code).length
    expect(counts).toMatchObject({ calls: 400, cutJson: 0 })
    expect(of('MAESTRO_SERVING_RATE_LIMITED')).toBe(counts.rateLimited)
    expect(of('MAESTRO_SERVING_SERVER')).toBe(counts.server)
    expect(of('MAESTRO_SERVING_AUTHENTICATION')).toBe(counts.unauthorized)
    expect(counts.answered).toBe(400 - counts.rateLimited - counts.server - counts.unauthorized)
    expect(counts.rateLimited).toBeGreaterThan(20)
    expect(counts.rateLimited).toBeLessThan(60)
    expect(counts.unauthorized).toBeGreaterThan(0)
  })

  test('are the same each time, whatever the order, and others with another seed', async () => {
    const faults = { overloaded: 0.2, connection: 0.2 }
    const first = await outcomes({ seed: 1, faults })
    const second = await outcomes({ seed: 1, faults }, questions.toReversed())
    const third = await outcomes({ seed: 2, faults })
    expect(second.ends).toEqual(new Map([...first.ends].reverse()))
    expect(second.counts).toEqual(first.counts)
    expect(third.ends).not.toEqual(first.ends)
  })

  test('are drawn anew when the same is asked again', async () => {
    const { ends } = await outcomes({ faults: { server: 0.5 } }, ['one'])
    const repeated = await outcomes({ faults: { server: 0.5 } }, new Array(40).fill('one'))
    expect(repeated.counts.server).toBeGreaterThan(8)
    expect(repeated.counts.answered).toBeGreaterThan(8)
    expect(ends.size).toBe(1)
  })

  test('are as providers’ own: typed, with the time to wait', async () => {
    const codes: Partial<Record<FaultName, string>> = {
      rateLimited: 'MAESTRO_SERVING_RATE_LIMITED',
      overloaded: 'MAESTRO_SERVING_OVERLOADED',
      server: 'MAESTRO_SERVING_SERVER',
      connection: 'MAESTRO_SERVING_CONNECTION',
      unauthorized: 'MAESTRO_SERVING_AUTHENTICATION',
      brokenReply: 'MAESTRO_SERVING_BROKEN_REPLY',
      hang: 'MAESTRO_SERVING_TIMEOUT',
    }
    for (const [fault, code] of Object.entries(codes)) {
      const serving = faultyServing(echo(), { faults: { [fault]: 1 }, retryAfterMs: 1234 })
      const error = await serving.generate(request('a'), { timeout: 5 }).catch((thrown) => thrown)
      expect(error).toMatchObject({ code })
      expect(serving.counts).toMatchObject({ calls: 1, answered: 0, [fault]: 1 })
      if (fault === 'rateLimited') expect(error.details.rateLimits).toEqual({ retryAfterMs: 1234 })
      const stopped = serving.generate(request('b'), { signal: AbortSignal.abort() })
      await expect(stopped).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    }
    expect(faultNames).toEqual([...Object.keys(codes).slice(0, 6), 'cutJson', 'hang', 'slow'])
  })

  test('a slow answer is the answer; a cut one ends in the middle and was paid for', async () => {
    const slow = faultyServing(echo(), { faults: { slow: 1 }, slowMs: 1 })
    expect(await slow.generate(request('a'))).toMatchObject({ text: 'answer to a' })
    expect(slow.counts).toMatchObject({ slow: 1, answered: 1 })
    const cut = faultyServing(echo(), { faults: { cutJson: 1 } })
    expect(await cut.generate(request('a'))).toMatchObject({ text: 'answe', usage: { outputTokens: 3 } })
    const text = faultyServing(scriptedTranscription(['hello']), { faults: { cutJson: 1 } })
    const audio = { data: Uint8Array.of(1), mediaType: 'audio/wav' }
    await expect(text.transcribe(audio, { language: 'en' })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_BROKEN_REPLY',
    })
  })

  test.each([
    [{ rateLimited: -0.1 }, 'rateLimited is -0.1'],
    [{ server: Number.NaN }, 'server is NaN'],
    [{ server: 0.7, hang: 0.6 }, 'together they are 1.29'],
    [{ sever: 0.1 } as object, 'there is no fault "sever"'],
  ])('%o are refused', (faults, issue) => {
    expect(() => faultyServing(echo(), { faults })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_TESTKIT_FAULTS', message: expect.stringContaining(issue) }),
    )
  })
})

describe('the serving plane over faults', () => {
  test('gives every answer to its own question', async () => {
    const inner = faultyServing(echo(), {
      seed: 7,
      faults: { rateLimited: 0.1, slow: 0.1 },
      retryAfterMs: 1,
      slowMs: 1,
    })
    const serving = new EnhancedLLMServing(inner)
    const asked = questions.slice(0, 100)
    const results = await Array.fromAsync(serving.generateBatch(asked.map(request)))
    expect(results.map(({ text }) => text)).toEqual(asked.map((question) => `answer to ${question}`))
    expect(inner.counts.answered).toBe(100)
    expect(inner.counts.rateLimited).toBe(inner.counts.calls - 100)
    expect(inner.counts.rateLimited).toBeGreaterThan(0)
  })

  test('mends JSON that was cut', async () => {
    const schema = z.object({ colour: z.enum(['red']) })
    const seeds = Array.from({ length: 20 }, (_, seed) => seed)
    const calls = await Promise.all(
      seeds.map(async (seed) => {
        const inner = faultyServing(smallModel(), { seed, faults: { cutJson: 0.4 } })
        const serving = new EnhancedLLMServing(inner, { settings: { repairs: 20 } })
        expect(await generateObject(serving, request('Which colour?'), schema)).toEqual({ colour: 'red' })
        return inner.counts.calls
      }),
    )
    expect(Math.max(...calls)).toBeGreaterThan(1)
  })

  test('embeds all texts', async () => {
    const inner = faultyServing(scriptedEmbeddings({ batchSize: 5 }), {
      seed: 1,
      faults: { rateLimited: 0.3 },
      retryAfterMs: 1,
    })
    const { vectors } = await new EnhancedEmbeddingServing(inner).embed(questions.slice(0, 50))
    expect(vectors).toEqual((await scriptedEmbeddings().embed(questions.slice(0, 50))).vectors)
    expect(inner.dimensions).toBe(64)
    expect(inner.counts.rateLimited).toBeGreaterThan(0)
    expect(inner.counts.answered).toBe(10)
  })
})
