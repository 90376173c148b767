import type { LLMRequest, LLMResult, LLMServing } from '@maestro-dataflow/core'

type Answer = string | Partial<LLMResult>

/** A serving for faults that no real model shows on demand: its answers come from a function. */
export function scripted(answer: (request: LLMRequest) => Answer | Promise<Answer>) {
  const requests: LLMRequest[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'scripted',
    capabilities: { jsonSchema: true, images: false, audio: false },
    async generate(request) {
      requests.push(request)
      const given = await answer(request)
      return {
        text: typeof given === 'string' ? given : '',
        finishReason: 'stop',
        usage: { inputTokens: 1, outputTokens: 1 },
        model: 'scripted',
        ...(typeof given === 'string' ? {} : given),
      }
    },
  }
  return { serving, requests }
}

/** The text of a request's question, also when the model is asked to mend its answer. */
export const question = ({ messages }: LLMRequest): string =>
  String(messages.find(({ role }) => role === 'user')?.content)
