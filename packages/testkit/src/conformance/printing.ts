import assert from 'node:assert/strict'

const printing = ['log', 'info', 'debug', 'dir', 'table'] as const

/** Does some work, and fails if something was printed to standard output, where a command writes rows and JSON. */
export async function withoutPrinting<Result>(work: () => Promise<Result>): Promise<Result> {
  const printed: string[] = []
  const { console } = globalThis
  const before = printing.map((method) => [method, console[method]] as const)
  for (const method of printing) console[method] = (first: unknown) => void printed.push(`${method}(${String(first)})`)
  try {
    return await work()
  } finally {
    for (const [method, original] of before) console[method] = original as never
    assert.deepEqual(printed, [], 'it prints to standard output, where the rows of a command may go: use the logger')
  }
}
