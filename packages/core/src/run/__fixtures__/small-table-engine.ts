import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Row } from '../../contracts/row.js'
import type { TableEngine, TableRequest, TableStatement } from '../../contracts/table-engine.js'
import { defineOperator } from '../../define/define-operator.js'
import { definePlugin } from '../../define/define-plugin.js'
import { maestroError } from '../../errors/error-table.js'

interface Line {
  readonly id: string
  readonly text: string
  readonly row: Row
}

/** A table engine for tests of the runner. It reads and writes real files, in JavaScript. */
export class SmallTableEngine implements TableEngine {
  readonly name = 'small.engine'
  readonly requests: TableRequest[] = []

  async prepare(statements: readonly TableStatement[]) {
    const aggregate = statements.find((statement) => statement.kind === 'aggregate')
    return {
      faults: [],
      reads: [],
      ...(aggregate === undefined ? {} : { columns: { [aggregate.by[0] ?? '']: 'unknown' as const, count: 'integer' as const } }),
    }
  }

  async execute(request: TableRequest) {
    this.requests.push(request)
    request.signal.throwIfAborted()
    const lines: Line[] = []
    let rowsIn = 0
    let rejected = 0
    for (const { path, format, idPrefix } of request.input) {
      const texts = readFileSync(path, 'utf8').split('\n').filter((text) => text !== '')
      for (const [index, text] of texts.entries()) {
        rowsIn++
        const id = `${idPrefix ?? ''}${index + 1}`
        try {
          const parsed = JSON.parse(text)
          lines.push(format === 'step' ? { id: parsed.id, text: JSON.stringify(parsed.row), row: parsed.row } : { id, text, row: parsed })
        } catch (error) {
          rejected++
          const fault = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason: (error as Error).message })
          request.reject({ id, row: text, error: fault })
        }
      }
    }
    const [statement] = request.statements
    const out = statement === undefined ? lines : apply(statement, lines)
    const written = out.map(({ id, text }) => (request.output.format === 'step' ? `{"id":${JSON.stringify(id)},"row":${text}}` : text))
    writeFileSync(request.output.path, written.map((text) => `${text}\n`).join(''))
    const lost = lines.length - out.length
    if (statement?.kind === 'dedupe') {
      const gone = lines.filter((line) => !out.includes(line))
      const [by = ''] = statement.by
      const kept = (line: Line) => out.find(({ row }) => row[by] === line.row[by])?.id ?? ''
      request.leftOut?.({ ids: gone.map(({ id }) => id), into: gone.map(kept) })
    }
    const counts = { rowsIn, rowsOut: out.length, rejected }
    if (statement?.kind === 'aggregate') return { ...counts, dropped: 0, merged: lines.length, created: out.length }
    return statement?.kind === 'dedupe'
      ? { ...counts, dropped: 0, merged: lost, created: 0 }
      : { ...counts, dropped: lost, merged: 0, created: 0 }
  }

  async dispose() {}
}

function apply(statement: TableStatement, lines: readonly Line[]): readonly Line[] {
  switch (statement.kind) {
    case 'limit':
      return lines.slice(0, statement.count)
    case 'sort':
      return lines.toSorted((a, b) => Number(b.row[statement.by[0]?.column ?? '']) - Number(a.row[statement.by[0]?.column ?? '']))
    case 'dedupe':
      return [...Map.groupBy(lines, ({ row }) => row[statement.by[0] ?? '']).values()].map(([first]) => first as Line)
    case 'aggregate': {
      const [by = ''] = statement.by
      return [...Map.groupBy(lines, ({ row }) => row[by])].map(([key, members]): Line => {
        const row = { [by]: key, count: members.length }
        return { id: `group:${JSON.stringify([key])}`, text: JSON.stringify(row), row }
      })
    }
    default:
      return lines
  }
}

/** A plugin that contributes an engine. */
export function enginePlugin(engine: TableEngine) {
  return definePlugin({
    name: 'small',
    manifest: { apiVersion: 1, contributes: { tableEngines: { [engine.name]: 'For tests' } } },
    apply: (hooks) =>
      hooks.tableEngines.tap('small', (registry) => registry.add({ name: engine.name, create: () => engine })),
  })
}

/** A table operator that runs one statement. */
export function tableStep<const Name extends string>(name: Name, statement: TableStatement) {
  return defineOperator({ name, kind: 'table', options: z.object({}), create: () => () => [statement] })
}

export const descending = tableStep('descending', { kind: 'sort', by: [{ column: 'n', descending: true }] })
export const unique = tableStep('unique', { kind: 'dedupe', by: ['n'], keep: 'first' })
export const firstThree = tableStep('firstThree', { kind: 'limit', count: 3 })
export const countBy = tableStep('countBy', { kind: 'aggregate', by: ['n'], values: { count: 'count(*)' } })
