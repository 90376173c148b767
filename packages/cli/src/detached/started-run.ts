import { definePlugin } from '@maestro-dataflow/core'

/** The file in the folder of a detached run that holds what it would have written to a terminal. */
export const outputFile = 'output.log'

/** What a run tells the process that started it. */
export interface StartedRun {
  readonly run: string
  /** The run folder; undefined for a run that keeps none. */
  readonly directory: string | undefined
}

export function isStartedRun(message: unknown): message is StartedRun {
  return typeof message === 'object' && message !== null && 'run' in message
}

/** Tells the process that started this one when a run has begun. */
export const tellStart = definePlugin({
  name: 'maestro-start',
  observe(hooks) {
    hooks.runStart(({ runId, directory }) => {
      const started: StartedRun = { run: runId, directory }
      if (process.connected) process.send?.(started, () => undefined)
    })
  },
})
