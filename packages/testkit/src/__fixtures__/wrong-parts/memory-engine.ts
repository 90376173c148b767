import { readFile, writeFile } from 'node:fs/promises'
import { type ColumnSet, decodeStepLine, encodeStepLine, hasType, maestroError, type PreparedStatement, type Row, type SortKey, type TableCounts, type TableEngine, type TableRequest, type TableStatement } from '@maestro-dataflow/core'

/** A row with its text, which is written as it was read. */
export interface Line {
  readonly id: string
  readonly row: Row
  /** Missing for a row that a statement made. */
  readonly text?: string | undefined
}

export const fault = (reason: string) => maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: 'the statement', reason })
export const keyOf = (row: Row, by: readonly string[]): string => JSON.stringify(by.map((name) => { const value = row[name] ?? null; return typeof value === 'bigint' ? { big: String(value) } : value }))

/** A right engine in memory, for the expressions of the suite. Wrong ones change one method of it. */
export class MemoryEngine implements TableEngine {
  readonly name: string = 'acme.engine'

  async prepare(statements: readonly TableStatement[], { columns }: ColumnSet): Promise<PreparedStatement> {
    const reads: string[] = []
    let known = columns
    let isNew = false
    const adds: Record<string, 'unknown'> = {}
    let isWrong = false
    for (const statement of statements) {
      const [, column, , value = ''] = statement.kind === 'filter' ? comparison(statement.where) : []
      if (statement.kind === 'filter' && (column === undefined || (value.startsWith('$') && !Object.hasOwn(statement.params ?? {}, value.slice(1))))) isWrong = true
      const keys = statement.kind === 'sort' ? statement.by.map((key) => key.column) : 'by' in statement ? (statement.by as readonly string[]) : []
      const named = column === undefined ? keys : [column]
      reads.push(...named)
      if (named.some((name) => !Object.hasOwn(known, name))) isWrong = true
      if (statement.kind === 'window') for (const name of Object.keys(statement.values)) adds[name] = 'unknown'
      if (statement.kind !== 'aggregate') continue
      isNew = true
      known = Object.fromEntries([...statement.by, ...Object.keys(statement.values)].map((name) => [name, columns[name] ?? 'unknown']))
    }
    return { faults: isWrong ? [fault('no')] : [], reads, ...(isNew ? { columns: known } : {}), adds }
  }

  async execute(request: TableRequest): Promise<TableCounts> {
    request.signal.throwIfAborted()
    const { lines, rejected } = await this.read(request)
    let current = lines
    const counts = { dropped: 0, merged: 0, created: 0 }
    for (const statement of request.statements) {
      const next = this.apply(statement, current)
      if (statement.kind === 'aggregate') {
        counts.merged += current.length
        counts.created += next.length
      } else counts[statement.kind === 'dedupe' ? 'merged' : 'dropped'] += current.length - next.length
      if (statement.kind !== 'aggregate') this.report(request, statement, current, next)
      current = next
    }
    await this.write(request, current)
    return { rowsIn: lines.length + rejected, rowsOut: current.length, rejected, ...counts }
  }

  async read({ input, reject, columns: { columns } }: TableRequest): Promise<{ lines: readonly Line[]; rejected: number }> {
    const lines: Line[] = []
    let rejected = 0
    for (const { path, format, idPrefix = '' } of input)
      for (const [index, text] of (await readFile(path, 'utf8')).split('\n').entries()) {
        if (text === '') continue
        const given = `${idPrefix}${index + 1}`
        try {
          const { id, row } = format === 'step' ? decodeStepLine(text) : { id: given, row: JSON.parse(text) as Row }
          if (Object.entries(columns).some(([name, type]) => row[name] !== null && row[name] !== undefined && !hasType(row[name], type))) throw fault('type')
          lines.push({ id, row, text: format === 'step' ? text.slice(`{"id":${JSON.stringify(id)},"row":`.length, -1) : text })
        } catch {
          rejected++
          reject({ id: given, row: text, error: fault('it is not a row') })
        }
      }
    return { lines, rejected }
  }

  report({ leftOut }: TableRequest, statement: TableStatement, before: readonly Line[], after: readonly Line[]): void {
    const kept = new Set(after.map(({ id }) => id))
    const gone = before.filter(({ id }) => !kept.has(id))
    const ids = gone.map(({ id }) => id)
    if (statement.kind !== 'dedupe') return leftOut?.({ ids })
    const targets = new Map(after.map(({ id, row }) => [keyOf(row, statement.by), id]))
    leftOut?.({ ids, into: gone.map(({ row }) => targets.get(keyOf(row, statement.by)) ?? '') })
  }

  async write({ output }: TableRequest, lines: readonly Line[]): Promise<void> {
    const texts = lines.map(({ id, row, text }) => {
      const own = text ?? encodeStepLine(id, row).slice(`{"id":${JSON.stringify(id)},"row":`.length, -1)
      return output.format === 'step' ? `{"id":${JSON.stringify(id)},"row":${own}}\n` : `${own}\n`
    })
    await writeFile(output.path, texts.join(''))
  }

  apply(statement: TableStatement, lines: readonly Line[]): readonly Line[] {
    switch (statement.kind) {
      case 'filter':
        return lines.filter(({ row }) => this.holds(row, statement.where, statement.params))
      case 'sort':
        return lines.toSorted((one, other) => this.compare(one.row, other.row, statement.by))
      case 'limit':
        return lines.slice(statement.offset ?? 0, (statement.offset ?? 0) + statement.count)
      case 'sample': {
        const { by = [], seed } = statement
        if (!('count' in statement)) return lines.filter(({ id }) => place(id, seed) < 101 * statement.fraction)
        const chosen = [...Map.groupBy(lines, ({ row }) => keyOf(row, by)).values()].flatMap((group) => this.sample(group, seed, statement.count))
        return lines.filter((line) => chosen.includes(line))
      }
      case 'dedupe': {
        const groups = Map.groupBy(lines, ({ row }) => keyOf(row, statement.by))
        const kept = new Set([...groups.values()].map((group) => group.at(statement.keep === 'first' ? 0 : -1)))
        return lines.filter((line) => kept.has(line))
      }
      case 'aggregate': {
        const { by, values } = statement
        return [...Map.groupBy(lines, ({ row }) => keyOf(row, by))].map(([key, group]) => ({ id: `group:${key}`, row: { ...Object.fromEntries(by.map((name) => [name, group[0]?.row[name] ?? null])), ...computed(values, group, group.length) } }))
      }
      case 'window': {
        const groups = Map.groupBy(lines, ({ row }) => keyOf(row, statement.by))
        return lines.map((line) => {
          const ordered = (groups.get(keyOf(line.row, statement.by)) ?? []).toSorted((one, other) => this.compare(one.row, other.row, statement.orderBy))
          const seen = ordered.slice(0, ordered.indexOf(line) + 1)
          return { id: line.id, row: { ...line.row, ...computed(statement.values, seen, seen.length) } }
        })
      }
    }
  }

  compare(one: Row, other: Row, by: readonly SortKey[]): number {
    for (const { column, descending = false, nulls = 'last' } of by) {
      const [a, b] = [one[column] ?? null, other[column] ?? null]
      if (a === null && b === null) continue
      if (a === null || b === null) return (a === null) === (nulls === 'first') ? -1 : 1
      const order = typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(String(b))) : typeof a === 'bigint' && typeof b === 'bigint' ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }

  sample(lines: readonly Line[], seed: number, count: number): readonly Line[] {
    return lines.toSorted((one, other) => place(one.id, seed) - place(other.id, seed)).slice(0, count)
  }

  holds(row: Row, where: string, params: Readonly<Record<string, unknown>> = {}): boolean {
    const [, column = '', operator, value = ''] = comparison(where)
    const other = value.startsWith('$') ? params[value.slice(1)] : Number(value)
    return operator === '=' ? row[column] === other : row[column] !== null && Number(row[column]) > Number(other)
  }

  async dispose(): Promise<void> {}
}

/** The column, the operator, and the value of an expression. A column with an unusual name is in quotation marks. */
const comparison = (where: string): readonly (string | undefined)[] => {
  const [, column, operator, value] = /^(\w+|"(?:[^"]|"")+") ([>=]) (\$\w+|\d+)$/u.exec(where) ?? []
  return [where, column?.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column, operator, value]
}

const place = (id: string, seed: number) => (Number(id.replace(/\D/g, '')) * (seed * 7919 + 13)) % 101

const computed = (values: Readonly<Record<string, string>>, lines: readonly Line[], number: number): Row =>
  Object.fromEntries(Object.entries(values).map(([name, expression]) => [name, expression === 'sum(n)' ? lines.reduce((sum, { row }) => sum + Number(row.n ?? 0), 0) : number]))
