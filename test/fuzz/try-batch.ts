// Runs in a process of its own: tries one batch of broken inputs after the other and reports what is wrong.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokenInputs } from './broken-inputs.ts'
import { type Problem, targets } from './targets.ts'

/** A batch: the inputs `from` to `to` of a target's inputs for a seed. */
export interface Batch {
  readonly target: string
  readonly seed: number
  readonly count: number
}

export interface BatchOutcome {
  readonly problems: readonly Problem[]
  /** The highest memory of the process so far, in bytes. */
  readonly memory: number
}

async function tryBatch({ target, seed, count }: Batch): Promise<BatchOutcome> {
  const { format, run } = targets[target] ?? {}
  if (format === undefined || run === undefined) throw new RangeError(`there is no target ${target}`)
  const folder = mkdtempSync(join(tmpdir(), 'maestro-fuzz-'))
  try {
    const inputs = brokenInputs(format, count, seed)
    const problems = await run(inputs, folder)
    return { problems, memory: process.resourceUsage().maxRSS * 1024 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.on('disconnect', () => process.exit())
process.on('message', (batch: Batch) => {
  tryBatch(batch).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      const what = `the batch failed: ${error instanceof Error ? error.stack : String(error)}`
      process.send?.({ problems: [{ input: -1, what }], memory: 0 } satisfies BatchOutcome)
    },
  )
})
