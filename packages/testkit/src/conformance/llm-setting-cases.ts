import assert from 'node:assert/strict'
import type { LLMRequest, LLMResult, Sampling } from '@maestro-dataflow/core'
import { ask, assertResult, type LLMSubject } from './llm-subject.js'
import { watch } from './outcomes.js'
import { picture, tone } from './sample-media.js'
import { assertTypedError } from './serving-subject.js'

/** For each sampling setting, values among which the answers of a model that samples differ. */
const probes: Readonly<Partial<Record<keyof Sampling, readonly Partial<LLMRequest>[]>>> = {
  temperature: [{ temperature: 0 }, { temperature: 0.7 }, { temperature: 1.3 }, { temperature: 1.9 }],
  seed: [{ seed: 1 }, { seed: 2 }, { seed: 3 }, { seed: 4 }],
  topP: [{ topP: 0.01 }, { topP: 0.6 }, { topP: 1 }],
  topK: [{ topK: 1 }, { topK: 20 }, { topK: 1000 }],
}

/** The rules for what a serving is given besides the text: nothing of it is dropped in silence. */
export const llmSettingCases = {
  async 'each sampling setting makes a difference, or is declared as unsupported'(subject: LLMSubject) {
    const { serving, longRequest, samples } = subject
    if (!samples) return
    const { unsupportedSettings = [] } = serving.capabilities
    for (const [setting, values] of Object.entries(probes)) {
      if (unsupportedSettings.includes(setting as keyof Sampling)) continue
      const results: LLMResult[] = []
      for (const value of values)
        results.push(await serving.generate({ ...longRequest, maxTokens: 24, temperature: 1.5, seed: 1, ...value }))
      if (results.some(({ warnings = [] }) => warnings.some((warning) => warning.includes(setting)))) continue
      const texts = new Set(results.map(({ text }) => text))
      assert.ok(
        texts.size > 1,
        `"${setting}" makes no difference: pass it on, or name it in capabilities.unsupportedSettings`,
      )
    }
  },

  async 'settings of 0 are kept'({ serving, longRequest, samples }: LLMSubject) {
    if (!samples) return
    const { unsupportedSettings = [] } = serving.capabilities
    const texts = async (...settings: readonly Partial<LLMRequest>[]) => {
      const found = new Set<string>()
      for (const setting of settings) {
        const { text, warnings = [] } = await serving.generate({ ...longRequest, maxTokens: 16, ...setting })
        found.add(warnings.length === 0 ? text : '')
      }
      return found
    }
    if (!unsupportedSettings.includes('temperature')) {
      const cold = await texts(...[1, 2, 3].map((seed) => ({ temperature: 0, seed })))
      assert.equal(cold.size, 1, 'at temperature 0, the seed makes a difference: a temperature of 0 is not sent')
    }
    if (!unsupportedSettings.includes('seed')) {
      const seeded = await texts(...Array.from({ length: 3 }, () => ({ temperature: 1.5, seed: 0 })))
      assert.ok(seeded.size < 3, 'with a seed of 0, each answer differs: a seed of 0 is not sent')
    }
  },

  async 'media that it takes make a difference'(subject: LLMSubject) {
    const { capabilities } = subject.serving
    if (capabilities.images) await assertRead(subject, 'image', 'image/png', [picture(255, 0, 0), picture(0, 0, 255)])
    if (capabilities.audio) await assertRead(subject, 'audio', 'audio/wav', [tone(220), tone(880)])
  },
}

/** A serving that reads a picture or a sound reads more than the text, or answers differently about another one. */
async function assertRead(
  subject: LLMSubject,
  type: 'image' | 'audio',
  mediaType: string,
  media: readonly Uint8Array[],
): Promise<void> {
  const text = { type: 'text', text: 'What is this? Describe it.' } as const
  const alone = await subject.serving.generate(ask('', { messages: [{ role: 'user', content: [text] }] }))
  const answers: LLMResult[] = []
  for (const data of media) {
    const request = ask('', { messages: [{ role: 'user', content: [text, { type, data, mediaType }] }] })
    const outcome = await watch(subject.serving.generate(request)).outcome
    if ('error' in outcome) return assertTypedError(subject, outcome)
    assertResult(outcome.value)
    answers.push(outcome.value)
  }
  const reads = answers.every(({ usage }) => usage.inputTokens > alone.usage.inputTokens)
  const differs = new Set(answers.map((answer) => answer.text)).size > 1
  assert.ok(reads || differs, `it says that it takes ${type}, and answers as if there were none`)
}
