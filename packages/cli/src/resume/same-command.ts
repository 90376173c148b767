import { isDeepStrictEqual } from 'node:util'
import type { UnfinishedRun } from '@maestro-dataflow/core/runtime'

/** Whether a run was started by the same command, apart from what only decides how its output is treated. */
export function sameCommand(
  { command, limit }: UnfinishedRun,
  asked: {
    readonly pipeline: string
    readonly set: Readonly<Record<string, string>>
    readonly output: string | undefined
    readonly serving: string | undefined
    readonly limit: number | undefined
  },
): boolean {
  return (
    command !== undefined &&
    command.question === undefined &&
    command.pipeline === asked.pipeline &&
    command.output === asked.output &&
    command.serving === asked.serving &&
    limit === asked.limit &&
    isDeepStrictEqual({ ...command.set }, { ...asked.set })
  )
}
