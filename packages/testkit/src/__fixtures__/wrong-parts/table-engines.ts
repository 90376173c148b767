import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeStepLine, encodeStepLine, maestroError, type Row, type TableCounts, type TableEngine, type TableRequest, type TableStatement } from '@maestro-dataflow/core'

interface Line {
  readonly id: string
  readonly row: Row
}

const fault = (reason: string) => maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: 'the statement', reason })
const zero = { dropped: 0, merged: 0, created: 0 }

/** A right engine in memory, for the expressions of the suite. Wrong ones change one method of it. */
export class MemoryEngine implements TableEngine {
  readonly name: string = 'acme.engine'

  async prepare(statements: readonly TableStatement[], { columns }: { readonly columns: Readonly<Record<string, unknown>> }) {
    const faults = statements.flatMap((statement) => {
      const named = statement.kind === 'sort' ? statement.by.map(({ column }) => column) : statement.kind === 'dedupe' ? statement.by : []
      const unknown = named.filter((name) => !Object.hasOwn(columns, name))
      const [, column] = statement.kind === 'filter' ? (/^(\w+) [>=] (?:\$\w+|\d+)$/.exec(statement.where) ?? []) : []
      const isWrong = statement.kind === 'filter' && (column === undefined || !Object.hasOwn(columns, column))
      return isWrong || unknown.length > 0 ? [fault('no')] : []
    })
    return { faults, reads: [] }
  }

  async execute(request: TableRequest): Promise<TableCounts> {
    request.signal.throwIfAborted()
    const { lines, rejected } = await this.read(request)
    let current = lines
    const counts = { ...zero }
    for (const statement of request.statements) {
      const next = this.apply(statement, current)
      if (statement.kind === 'aggregate') {
        counts.merged += current.length
        counts.created += next.length
      } else counts[statement.kind === 'dedupe' ? 'merged' : 'dropped'] += current.length - next.length
      current = next
    }
    await this.write(request, current)
    return { rowsIn: lines.length + rejected, rowsOut: current.length, rejected, ...counts }
  }

  async read({ input, reject }: TableRequest): Promise<{ lines: readonly Line[]; rejected: number }> {
    const lines: Line[] = []
    let rejected = 0
    for (const { path, format, idPrefix = '' } of input)
      for (const [index, text] of (await readFile(path, 'utf8')).split('\n').entries()) {
        if (text === '') continue
        const id = `${idPrefix}${index + 1}`
        try {
          lines.push(format === 'step' ? decodeStepLine(text) : { id, row: JSON.parse(text) })
        } catch {
          rejected++
          reject({ id, row: text, error: fault('it is not JSON') })
        }
      }
    return { lines, rejected }
  }

  async write({ output }: TableRequest, lines: readonly Line[]): Promise<void> {
    await writeFile(output.path, lines.map(({ id, row }) => `${encodeStepLine(id, row)}\n`).join(''))
  }

  apply(statement: TableStatement, lines: readonly Line[]): readonly Line[] {
    switch (statement.kind) {
      case 'filter':
        return lines.filter(({ row }) => this.holds(row, statement.where, statement.params))
      case 'sort': {
        const [{ column = '', descending = false, nulls = 'last' } = { column: '' }] = statement.by
        const without = lines.filter(({ row }) => row[column] === null)
        const sorted = lines
          .filter(({ row }) => row[column] !== null)
          .toSorted((one, other) => (Number(one.row[column]) - Number(other.row[column])) * (descending ? -1 : 1))
        return nulls === 'first' ? [...without, ...sorted] : [...sorted, ...without]
      }
      case 'limit':
        return lines.slice(statement.offset ?? 0, (statement.offset ?? 0) + statement.count)
      case 'sample':
        return this.sample(lines, statement.seed, 'count' in statement ? statement.count : 0)
      case 'dedupe': {
        const groups = Map.groupBy(lines, ({ row }) => JSON.stringify(statement.by.map((name) => row[name])))
        return [...groups.values()].map((group) => group.at(statement.keep === 'first' ? 0 : -1) as Line)
      }
      case 'aggregate': {
        const [by = ''] = statement.by
        return [...Map.groupBy(lines, ({ row }) => row[by])].map(([key, group]) => ({ id: `group:${key}`, row: { [by]: key, count: group.length } }))
      }
      case 'window':
        throw new TypeError('this engine has no windows')
    }
  }

  sample(lines: readonly Line[], seed: number, count: number): readonly Line[] {
    const place = ({ id }: Line) => (Number(id.slice(1)) * (seed * 7919 + 13)) % 101
    return lines.toSorted((one, other) => place(one) - place(other)).slice(0, count)
  }

  holds(row: Row, where: string, params: Readonly<Record<string, unknown>> = {}): boolean {
    const [, column = '', operator, value = ''] = /^(\w+) ([>=]) (.*)$/.exec(where) ?? []
    const other = value.startsWith('$') ? params[value.slice(1)] : Number(value)
    return operator === '=' ? row[column] === other : row[column] !== null && Number(row[column]) > Number(other)
  }

  async dispose(): Promise<void> {}
}

const engine = (change: (right: MemoryEngine) => Partial<MemoryEngine>) => () => {
  const right = new MemoryEngine()
  const methods = new MemoryEngine()
  return Object.assign(right, change(methods))
}
let runs = 0
let shared: readonly Line[] = []

/** Table engines that are wrong, each with the rule that finds it. */
export const wrongEngines: readonly { fault: string; make: () => TableEngine; rule: string }[] = [
  { fault: 'has no name', rule: 'has a name', make: engine(() => ({ name: '' })) },
  { fault: 'keeps rows without a value', rule: 'a filter keeps the rows for which its expression is true', make: engine((right) => ({ holds: (row, where, params) => row.n === null || right.holds(row, where, params) })) },
  { fault: 'turns equal rows round', rule: 'a sort orders rows, and keeps the order of equal ones', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement, statement.kind === 'sort' ? lines.toReversed() : lines) })) },
  { fault: 'forgets the place from which a limit counts', rule: 'a limit takes rows from a place on', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'limit' ? lines.slice(0, statement.count) : right.apply(statement, lines)) })) },
  { fault: 'draws another sample each time', rule: 'a sample has its size, and is the same for the same seed', make: engine((right) => ({ sample: (lines, _seed, count) => right.sample(lines, runs++, count) })) },
  { fault: 'ignores the seed', rule: 'a sample has its size, and is the same for the same seed', make: engine((right) => ({ sample: (lines, _seed, count) => right.sample(lines, 1, count) })) },
  { fault: 'always keeps the first duplicate', rule: 'duplicates are merged into the first or the last row', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement.kind === 'dedupe' ? { ...statement, keep: 'first' } : statement, lines) })) },
  { fault: 'counts duplicates as dropped', rule: 'duplicates are merged into the first or the last row', make: engine(() => ({ async execute(this: MemoryEngine, request) { const counts = await MemoryEngine.prototype.execute.call(this, request); return { ...counts, dropped: counts.dropped + counts.merged, merged: 0 } } })) },
  { fault: 'gives groups random ids', rule: 'an aggregate makes one row of each group', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement, lines).map((line) => (statement.kind === 'aggregate' ? { ...line, id: crypto.randomUUID() } : line)) })) },
  { fault: 'writes rows through JSON', rule: 'values and ids stay as they are', make: engine(() => ({ async write({ output }, lines) { await writeFile(output.path, lines.map(({ id, row }) => `{"id":"${id}","row":${JSON.stringify(row).toWellFormed().replaceAll('\\ud83d', '?')}}\n`).join('')) } })) },
  { fault: 'numbers the rows anew', rule: 'values and ids stay as they are', make: engine((right) => ({ write: (request, lines) => right.write(request, lines.map((line, n) => ({ ...line, id: String(n) }))) })) },
  { fault: 'knows columns of letters only', rule: 'columns may have unusual names', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'sort' && statement.by.some(({ column }) => !/^\w+$/.test(column)) ? lines : right.apply(statement, lines)) })) },
  { fault: 'puts a parameter into the expression', rule: 'a parameter is a value and no part of the expression', make: engine((right) => ({ holds: (row, where, params = {}) => (Object.values(params).some((value) => String(value).includes("' OR '")) ? true : right.holds(row, where, params)) })) },
  { fault: 'finds no fault', rule: 'a fault of a statement is found before any row is read', make: engine(() => ({ prepare: async () => ({ faults: [], reads: [] }) })) },
  { fault: 'finds a fault in every statement', rule: 'a fault of a statement is found before any row is read', make: engine(() => ({ prepare: async () => ({ faults: [fault('no')], reads: [] }) })) },
  { fault: 'accepts subqueries', rule: 'an expression reaches neither files nor other tables', make: engine((right) => ({ prepare: async (statements, set) => (statements.some((statement) => statement.kind === 'filter' && statement.where.includes('select')) ? { faults: [], reads: [] } : right.prepare(statements, set)) })) },
  { fault: 'leaves a broken line out in silence', rule: 'a line that is not a row is rejected, and the others are read', make: engine((right) => ({ read: async (request) => ({ lines: (await right.read({ ...request, reject: () => undefined })).lines, rejected: 0 }) })) },
  { fault: 'fails without rows', rule: 'an input without rows is not a fault', make: engine((right) => ({ apply: (statement, lines) => { if (lines.length === 0) throw new RangeError('nothing'); return right.apply(statement, lines) } })) },
  { fault: 'keeps its rows in a variable of its module', rule: 'requests at once do not disturb each other', make: engine((right) => ({ apply: (statement, lines) => { shared = right.apply(statement, lines); return shared }, write: async (request) => { await new Promise((resolve) => setTimeout(resolve, 20)); await right.write(request, shared) } })) },
  { fault: 'leaves a file', rule: 'leaves no file but its output', make: engine((right) => ({ write: async (request, lines) => { await right.write(request, lines); await writeFile(join(request.directory, 'spill'), '') } })) },
  { fault: 'does not listen to its signal', rule: 'ends when its signal has fired', make: engine(() => ({ execute(this: MemoryEngine, request) { return MemoryEngine.prototype.execute.call(this, { ...request, signal: new AbortController().signal }) } })) },
  { fault: 'cannot be freed twice', rule: 'can be freed twice', make: () => { let freed = false; return Object.assign(new MemoryEngine(), { dispose: async () => { if (freed) throw new RangeError('gone'); freed = true } }) } },
]
