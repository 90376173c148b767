import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findRun, overviewOf, writeWholeFile } from '@maestro-dataflow/core/runtime'
import { configOrNone } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { shownPath } from './describe-report.js'
import { renderHtml } from './report/render-html.js'
import { renderMarkdown } from './report/render-markdown.js'
import { printJson, toJsonText } from './terminal/json.js'
import { print } from './terminal/print.js'

export interface ReportOptions extends GlobalOptions {
  readonly format: 'html' | 'md' | 'json'
  readonly to?: string
  /** Whether an existing file is replaced. */
  readonly overwrite?: boolean
  readonly open?: boolean
}

/** `maestro report` */
export async function report(
  run: string | undefined,
  { config, format, to, open, overwrite }: ReportOptions,
): Promise<void> {
  const record = await findRun((await configOrNone(config)).stateDirectory, run)
  const overview = overviewOf(record)
  if (format !== 'html' && to === undefined) {
    if (format === 'json') printJson(overview, 2)
    else print(renderMarkdown(overview))
    return
  }
  const path = to === undefined ? join(record.directory, 'report.html') : resolve(to)
  const texts = { html: renderHtml, md: renderMarkdown, json: () => `${toJsonText(overview, 2)}\n` }
  // The page in the run folder is for its owner alone, as all files there.
  const mode = to === undefined ? 0o600 : undefined
  const text = texts[format](overview)
  await writeWholeFile(path, (file) => writeFileSync(file, text, { mode }), to === undefined || overwrite)
  print(`${shownPath(path)}\n`)
  if (open) openFile(path)
}

/** Opens a file in the program of the desktop. */
function openFile(path: string): void {
  const [command, ...parameters] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  const child = spawn(command as string, [...parameters, path], { stdio: 'ignore', detached: true })
  child.on('error', () => print('It could not be opened here; open the file yourself.\n'))
  child.unref()
}
