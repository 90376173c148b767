import {
  type Columns,
  defineOperator,
  type LLMServing,
  type MapOperator,
  type Prompt,
  type PromptClass,
  type Schema,
  SERVINGS,
} from '@maestro-dataflow/core'

interface Asked {
  readonly serving: string
  readonly prompt?: Prompt | undefined
}

/** Defines an operator that asks a model one prompt about each row. */
export function defineAskingOperator<const Name extends string, Options extends Asked>(task: {
  readonly name: Name
  readonly description: string
  readonly options: Schema<unknown, Options>
  readonly prompts: readonly PromptClass[]
  /** The prompt that is given, or the task's own. */
  promptOf(options: Options): Prompt
  columnsOf(options: Options): Columns
  create(options: Omit<Options, 'serving'> & { readonly serving: LLMServing }): MapOperator
}) {
  const { name, description, options, prompts, promptOf, columnsOf, create } = task
  return defineOperator({
    name,
    kind: 'map',
    description,
    options,
    columns: (given: Options) => ({ reads: promptOf(given).variables, adds: columnsOf(given) }),
    deterministic: false,
    prompts: { option: 'prompt', allowed: prompts },
    servings: ({ serving, prompt }) => [{ kind: 'llm', name: serving, capabilities: prompt?.needs ?? [] }],
    inject: [SERVINGS],
    create: ({ serving, ...given }, [servings]) => create({ ...given, serving: servings.get(serving, 'llm') }),
  })
}
