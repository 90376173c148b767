import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RunReport } from '@maestro-dataflow/core'

/** Starts a process that runs the pipeline of a folder or resumes it. @param script A file beside this one. */
export function start(options: object, script = 'run-in-process.js'): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, script), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Reads what a process prints. @returns its report, if it has reached its end */
export async function readLines(
  child: ChildProcess,
  line: (word: string, rest: string) => void,
): Promise<RunReport | undefined> {
  let text = ''
  let report: RunReport | undefined
  const closed = once(child, 'close')
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = lines.pop() ?? ''
    for (const whole of lines) {
      const at = whole.indexOf(' ')
      const [word, rest] = [whole.slice(0, at), whole.slice(at + 1)]
      if (word === 'report') report = JSON.parse(rest) as RunReport
      else line(word, rest)
    }
  })
  await closed
  return report
}
