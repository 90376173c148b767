import { type PipelineDefinition, Prompt, PromptTemplate } from '@maestro-dataflow/core'

/** The steps whose prompt names no column, so that every row would ask the same question. */
export function constantPrompts({ steps }: PipelineDefinition): readonly string[] {
  return steps.flatMap(({ id, options }) => {
    const prompt = promptIn(options)
    if (prompt === undefined || prompt.variables.length > 0) return []
    const single =
      prompt instanceof PromptTemplate ? /\{\s*([\p{L}_][\p{L}\p{N}_-]*)\s*\}/u.exec(prompt.template) : null
    const cure = single === null ? 'Write a column as {{name}}.' : `Write {{${single[1]}}} instead of ${single[0]}.`
    return [`step ${id}: the prompt names no column, so that every row asks the same question. ${cure}`]
  })
}

function promptIn(options: unknown): Prompt | undefined {
  const prompt = (options as { readonly prompt?: unknown } | undefined)?.prompt
  if (prompt instanceof Prompt) return prompt
  if (typeof prompt !== 'string') return undefined
  try {
    return new PromptTemplate(prompt)
  } catch {
    // The plan reports it.
    return undefined
  }
}
