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
export function groupRejects(lines: readonly RejectLine[], most: number): readonly RejectedGroup[] {
  const groups = new Map<string, RejectLine[]>()
  for (const line of lines) {
    const key = `${line.step} ${line.code}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [line])
    else group.push(line)
  }
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const { step, code, hint } = first
      return [{ step, code, rows: group.length, hint, examples: group.slice(0, most) }]
    })
}
