import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { definePlugin, projectPath, type RunReport } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The line of one run. */
export function lineOf({ pipeline, status, counts }: RunReport): string {
  return `${JSON.stringify({ pipeline, status, rowsIn: counts.rowsIn, rowsOut: counts.rowsOut, rejected: counts.rejected })}\n`
}

/** Appends a line about each run to a file. A failure of this plugin never costs a row: the report counts it. */
export default definePlugin({
  name: 'maestro-plugin-acme',
  manifest: new URL('../package.json', import.meta.url),
  options: z.strictObject({
    /** The file, relative to the config. @default 'runs.jsonl' */
    path: z.string().default('runs.jsonl'),
  }),
  observe(hooks, { options, directory, allowOutsidePaths }) {
    const file = projectPath(options.path, directory, allowOutsidePaths)
    hooks.runDone(async ({ report }) => {
      await mkdir(dirname(file), { recursive: true })
      await appendFile(file, lineOf(report))
    })
  },
})
