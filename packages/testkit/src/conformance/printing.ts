import assert from 'node:assert/strict'

const printing = ['log', 'info', 'debug', 'dir', 'table'] as const

/** Does some work, and fails if something was printed to standard output, where a command writes rows and JSON. */
export async function withoutPrinting<Result>(work: () => Promise<Result>): Promise<Result> {
  const printed: string[] = []
  const { console } = globalThis
  const before = printing.map((method) => [method, console[method]] as const)
  for (const method of printing) console[method] = (first: unknown) => void printed.push(`${method}(${String(first)})`)
  const { stdout } = process
  const { write } = stdout
  stdout.write = (...parameters: unknown[]) => {
    if (isByProgram(new Error().stack ?? '')) {
      printed.push(`process.stdout.write(${String(parameters[0])})`)
      return true
    }
    return Reflect.apply(write, stdout, parameters)
  }
  try {
    return await work()
  } finally {
    stdout.write = write
    for (const [method, original] of before) console[method] = original as never
    assert.deepEqual(printed, [], 'it prints to standard output, where the rows of a command may go: use the logger')
  }
}

/** Whether a call comes from a program, and not from the runner of the tests, which reports meanwhile. */
const isByProgram = (stack: string): boolean => {
  const callers = stack.split('\n').slice(2)
  return (
    callers.some((frame) => /[/\\]/.test(frame) && !/\bnode:/.test(frame)) && !/[/\\]vitest[/\\]/.test(callers[0] ?? '')
  )
}
