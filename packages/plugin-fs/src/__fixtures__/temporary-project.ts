import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline, type Row, type RunReport } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach } from 'vitest'
import type { FileSinkOptions, FileSourceOptions } from '../options.js'
import fs from '../index.js'

/** A folder for one test, and the actions of a test in it. */
export function temporaryProject() {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-fs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const path = (name: string) => join(folder, name)
  const project = (options: { readonly allowOutsidePaths?: boolean } = {}) =>
    maestro({ plugins: [fs], directory: folder, logLevel: 'silent', ...options })
  return {
    path,
    project,
    write(name: string, content: string | Uint8Array) {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), content)
    },
    read: (name: string) => readFileSync(path(name), 'utf8'),
    /** The entries of the project's folder, without the runs. */
    files: () => readdirSync(folder).filter((name) => name !== '.maestro'),
    /** Copies a source to a sink. The options are usually rows and paths. */
    copy(source: FileSourceOptions, sink: FileSinkOptions<Row>): Promise<RunReport> {
      return project().run(pipeline('copy').read('fs.file', source).write('fs.file', sink))
    },
    /** The rows of a source and its rejected rows, as id and message. */
    async rows(source: FileSourceOptions): Promise<{ rows: Row[]; rejects: [string, string][] }> {
      const report = await project().run(
        pipeline('rows').read('fs.file', source).write('fs.file', { path: 'rows.out.jsonl', mode: 'overwrite' }),
      )
      return { rows: jsonLines(path('rows.out.jsonl')), rejects: rejectsOf(report) }
    },
  }
}

/** The rejected rows of a run, as id and message. */
export function rejectsOf(report: RunReport): [string, string][] {
  if (report.counts.rejected === 0) return []
  return jsonLines(join(report.directory ?? '', 'rejects.jsonl')).map(({ id, message }) => [String(id), String(message)])
}

/** The error of a promise that must be rejected. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function jsonLines(path: string): Row[] {
  const text = readFileSync(path, 'utf8').trim()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line))
}
