import type { RejectLine } from '@maestro-dataflow/core/runtime'

/** The rejected rows of a step that failed with the same code. */
export interface RejectedGroup {
  readonly step: string
  readonly code: string
  readonly rows: number
  readonly hint: string | undefined
  readonly examples: readonly RejectLine[]
}

/** Groups rejected rows by step and code, the most frequent first. @param most The examples of each group. */
export function groupRejects(lines: Iterable<RejectLine>, most: number, step?: string): readonly RejectedGroup[] {
  const groups = new Map<string, { rows: number; readonly first: RejectLine; readonly examples: RejectLine[] }>()
  for (const line of lines) {
    if (step !== undefined && line.step !== step) continue
    const key = `${line.step} ${line.code}`
    const group = groups.get(key) ?? { rows: 0, first: line, examples: [] }
    groups.set(key, group)
    group.rows++
    if (group.examples.length < most) group.examples.push(line)
  }
  return [...groups.values()]
    .sort((a, b) => b.rows - a.rows)
    .map(({ rows, first, examples }) => ({ step: first.step, code: first.code, rows, hint: first.hint, examples }))
}
