// The text of docs/errors.md, made from the error tables that the packages export. `npm run docs` writes it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @typedef {{ message: (details: unknown) => string, hint: (details: unknown) => string, retryable?: boolean }} Entry */

const root = join(import.meta.dirname, '..')
export const errorsPagePath = join(root, 'docs/errors.md')

const head = `# Errors

<!-- Made by \`npm run docs\` from the error tables of the packages. Do not edit. -->

Every error of MaestroDataflow is a \`MaestroError\`: a \`code\` that never changes its meaning, a \`message\` that says what
happened, a \`hint\` that says what to do, \`details\` for programs, and \`retryable\`, which says whether the same call may
succeed when it is made again. The command prints code, message and hint. In code, ask for a code and never for words:

\`\`\`ts run
import { MaestroError, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'

try {
  await maestro().run(pipeline('nowhere').from([{ n: 1 }]))
} catch (error) {
  if (!MaestroError.is(error, 'MAESTRO_PIPELINE_INVALID')) throw error
  console.log(error.code, error.retryable, error.details.pipeline)
}
\`\`\`

\`\`\`text output
MAESTRO_PIPELINE_INVALID false nowhere
\`\`\`

Below, a word in angle brackets stands for a value of that name in \`details\`.
`

/** The whole page. */
export async function errorsPage() {
  const folders = readdirSync(join(root, 'packages')).sort()
  const sections = []
  for (const folder of ['core', ...folders.filter((name) => name !== 'core')]) {
    const { name } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    const module = await import(pathToFileURL(join(root, 'packages', folder, 'lib/index.js')).href)
    for (const table of Object.values(module).filter(isErrorTable)) sections.push(section(name, table))
  }
  return [head, ...sections].join('\n')
}

/** @param {unknown} value @returns {value is Record<string, Entry>} */
function isErrorTable(value) {
  if (typeof value !== 'object' || value === null) return false
  const entries = Object.values(value)
  return entries.length > 0 && entries.every((entry) => typeof entry?.message === 'function' && 'hint' in entry)
}

/** @param {string} name @param {Record<string, Entry>} table */
function section(name, table) {
  return `## ${name}\n\n${Object.entries(table)
    .map(([code, entry]) => describe(code, entry))
    .join('\n')}`
}

/** @param {string} code @param {Entry} entry */
function describe(code, { message, hint, retryable = false }) {
  const { details, used } = placeholders()
  const text = `${message(details)}\n${hint(details)}`
  if (/undefined|NaN|\[object/.test(text)) throw new Error(`${code} has a value that no placeholder fits: ${text}`)
  const about = [
    ...(used.size > 0 ? [`Details: ${[...used].map((key) => `\`${key}\``).join(', ')}.`] : []),
    ...(retryable ? ['Retryable.'] : []),
  ]
  return `### ${code}\n\n\`\`\`text\n${text}\n\`\`\`\n${about.length > 0 ? `\n${about.join(' ')}\n` : ''}`
}

/**
 * Details in which every value reads `<name>`, whether the message takes it for a text or for a list.
 */
function placeholders() {
  /** @type {Set<string>} */
  const used = new Set()
  const details = new Proxy(
    {},
    {
      get(_target, key) {
        used.add(String(key))
        return textOrList(`<${String(key)}>`)
      },
    },
  )
  return { details, used }
}

/** @param {string} text */
function textOrList(text) {
  return new Proxy([text], {
    get(list, key) {
      if (key in list) return Reflect.get(list, key)
      const member = Reflect.get(String.prototype, key)
      return typeof member === 'function' ? member.bind(text) : member
    },
  })
}
