import { maestroError } from '../../errors/error-table.js'
import type { RunContext } from '../run-context.js'

/**
 * Prevents a run that rejected rows from replacing its own input: the rejected rows would be nowhere else.
 *
 * @throws MAESTRO_RUN_INPUT_REPLACED
 */
export async function checkReplacedInput({ compiled, outputs, rejects, storage }: RunContext): Promise<void> {
  const { source, sinks } = compiled
  if (rejects.rejects === 0 || source.definition?.inputs === undefined) return
  const targets = outputs.replacing().flatMap((id) => {
    const sink = sinks.get(id)
    return sink?.definition.target?.(sink.options, storage) ?? []
  })
  if (targets.length === 0) return
  const inputs = new Set(await source.definition.inputs(source.options, storage))
  const replaced = targets.filter((target) => inputs.has(target))
  if (replaced.length > 0)
    throw maestroError('MAESTRO_RUN_INPUT_REPLACED', { outputs: replaced, rejects: rejects.rejects })
}
