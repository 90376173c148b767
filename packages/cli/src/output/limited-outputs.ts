import type { PipelineDefinition } from '@maestro-dataflow/core'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import { cliError } from '../errors.js'
import { sinkTargets, withOptions } from './file-sinks.js'
import { pathWithMark } from './path-with-mark.js'
import { standardPath } from './typed-path.js'

/** A pipeline for a limited run, and the files that it does not overwrite. */
export interface LimitedOutputs {
  readonly definition: PipelineDefinition
  readonly spared: readonly string[]
}

/**
 * A pipeline that writes the rows of a limited run beside its files, because a partial result must not replace a
 * complete one.
 *
 * @throws MAESTRO_CLI_LIMIT_REPLACES for another kind of output that the partial result would replace
 */
export function limitedOutputs(
  definition: PipelineDefinition,
  limit: number,
  storages: ResolvedConfig['storages'],
): LimitedOutputs {
  const targets = sinkTargets(definition, storages)
  const sinks = targets.map(({ sink, use, mode, path }) => {
    if (path === standardPath) return sink
    if (path !== undefined) return withOptions(sink, { path: pathWithMark(path, `limit-${limit}`), mode: 'overwrite' })
    if (mode === 'overwrite') throw cliError('MAESTRO_CLI_LIMIT_REPLACES', { sink: sink.id, use, limit })
    return sink
  })
  return {
    definition: { ...definition, sinks },
    spared: targets.flatMap(({ path }) => (path === undefined || path === standardPath ? [] : [path])),
  }
}
