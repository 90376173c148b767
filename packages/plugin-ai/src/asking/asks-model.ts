import { type Prompt, SERVINGS, type ServingNeed } from '@maestro-dataflow/core'

/** The common declarations of operators that ask one language model about each row. */
export const asksModel = {
  deterministic: false,
  servings: ({
    serving,
    prompt,
  }: {
    readonly serving: string
    readonly prompt?: Prompt | undefined
  }): ServingNeed[] => [{ kind: 'llm', name: serving, capabilities: prompt?.needs ?? [] }],
  inject: [SERVINGS],
} as const
