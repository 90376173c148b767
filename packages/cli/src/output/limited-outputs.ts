import type { PipelineDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { sinkTargets, withOptions } from './file-sinks.js'
import { pathWithMark } from './path-with-mark.js'

/** A pipeline for a limited run, and the files that it leaves alone. */
export interface LimitedOutputs {
  readonly definition: PipelineDefinition
  readonly spared: readonly string[]
}

/**
 * A pipeline that writes the rows of a limited run beside its files: a part must not take the place of the whole.
 *
 * @throws MAESTRO_CLI_LIMIT_REPLACES for another kind of output that the part would replace
 */
export function limitedOutputs(
  definition: PipelineDefinition,
  limit: number,
  storages: ResolvedConfig['storages'],
): LimitedOutputs {
  const targets = sinkTargets(definition, storages)
  const sinks = targets.map(({ sink, use, mode, path }) => {
    if (path !== undefined) return withOptions(sink, { path: pathWithMark(path, `limit-${limit}`), mode: 'overwrite' })
    if (mode === 'overwrite') throw cliError('MAESTRO_CLI_LIMIT_REPLACES', { sink: sink.id, use, limit })
    return sink
  })
  return {
    definition: { ...definition, sinks },
    spared: targets.flatMap(({ path }) => (path === undefined ? [] : [path])),
  }
}
