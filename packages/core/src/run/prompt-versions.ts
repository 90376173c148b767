import { Prompt } from '../contracts/prompt.js'
import type { CompiledPipeline, CompiledStep } from '../pipeline/compile/compiled-pipeline.js'

/** The versions of the prompts in the options of each step, by the ids of the steps that have any. */
export function promptVersions({ steps }: CompiledPipeline): ReadonlyMap<string, string> {
  const versions = [...steps].map(([id, step]) => [id, versionsOf(step).join('+')] as const)
  return new Map(versions.filter(([, version]) => version !== ''))
}

function versionsOf({ definition, options }: CompiledStep): readonly string[] {
  const given = (options ?? {}) as Readonly<Record<string, unknown>>
  return (definition?.prompts ?? []).flatMap(({ option }) => {
    const prompt = given[option]
    return prompt instanceof Prompt ? [prompt.version] : []
  })
}
