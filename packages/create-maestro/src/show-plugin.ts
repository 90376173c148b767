import { relative } from 'node:path'
import { print, printJson } from 'maestro-dataflow/init'
import type { MadePlugin } from './plugin/make-plugin.js'

/** Prints what was made and what to do next. */
export function showPlugin(
  made: MadePlugin,
  { install, json }: { readonly install: boolean; readonly json: boolean },
): void {
  if (json) {
    printJson({ ...made, installed: install }, 2)
    return
  }
  const { directory, packageName, written } = made
  const folder = relative('.', directory)
  const steps = [
    ...(folder === '' ? [] : [`cd ${/^[\w./@:\\-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    ...(install ? [] : ['npm install']),
    'npm test',
    'npm run check',
  ]
  const list = (lines: readonly string[]) => lines.map((line) => `  ${line}`)
  print(
    [
      `Written in ${folder === '' ? 'this folder' : folder}, the package ${packageName}:`,
      ...list(written),
      '',
      'Next:',
      ...list(steps),
      '',
    ].join('\n'),
  )
}
