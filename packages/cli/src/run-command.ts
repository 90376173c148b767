import { definePlugin, type RunReport } from '@maestro-dataflow/core'
import { openProject } from '@maestro-dataflow/core/runtime'

export interface RunCommandOptions {
  readonly config: string | undefined
  readonly limit?: number
  readonly set: Readonly<Record<string, string>>
  readonly overwrite?: boolean
  readonly json?: boolean
}

/** `maestro run`. The first SIGINT stops the run cleanly, the second kills. @returns the exit code */
export async function run(
  pipeline: string,
  { config, set, json = false, ...options }: RunCommandOptions,
): Promise<number> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const project = openProject({ ...(config === undefined ? {} : { file: config }), plugins: json ? [] : [progress] })
  try {
    const report = await project.run(pipeline, { ...options, params: set, signal: stop.signal })
    console.log(json ? JSON.stringify(report) : describeReport(report))
    return 0
  } finally {
    await project.dispose()
  }
}

/** Says now and then how far a run is. */
const progress = definePlugin({
  name: 'progress',
  apply(hooks) {
    let last = Date.now()
    const rows = new Map<string, number>()
    hooks.batchDone.tap('progress', ({ step, counts }) => {
      rows.set(step, counts.rowsOut)
      if (Date.now() - last < 5000) return
      last = Date.now()
      console.error([...rows].map(([name, out]) => `${name}: ${out} rows`).join('  '))
    })
  },
})

/** A report for people. */
export function describeReport(report: RunReport): string {
  const { rowsIn, created, rowsOut, dropped, merged, rejected } = report.counts
  const lines = [
    `${report.pipeline}: ${report.status} in ${(report.durationMs / 1000).toFixed(1)} s`,
    `  rows: ${rowsIn} in + ${created} created = ${rowsOut} out + ${dropped} dropped + ${merged} merged + ${rejected} rejected`,
  ]
  const { requests, inputTokens, outputTokens } = report.usage
  if (requests > 0) lines.push(`  model: ${requests} calls, ${inputTokens} tokens in, ${outputTokens} tokens out`)
  for (const sink of report.sinks) lines.push(`  wrote ${sink.rows} rows to ${sink.location}`)
  if (report.directory !== undefined) lines.push(`  run folder: ${report.directory}`)
  return lines.join('\n')
}
