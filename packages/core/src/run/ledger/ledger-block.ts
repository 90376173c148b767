import zlib from 'node:zlib'
import type { IdNumbers } from '../../contracts/numbered-ids.js'
import type { RowId } from '../../contracts/row.js'
import { type BlockHead, type BlockPlace, BlockStart } from './block-start.js'
import { ByteReader, ByteWriter } from './byte-columns.js'
import { type Fact, type FactType, factColumns, factKinds } from './facts.js'
import { hashBytes, IdColumn, ownPositions, positionsOf, readIds, type WantedId } from './id-column.js'
import { factIn, factsOf, headOf, type LeftOutList, readList, writeList } from './left-out-list.js'

/** A fact, with the row that it is about. */
export interface RowFact {
  readonly id: RowId
  readonly fact: Fact
}

const canZstd = typeof zlib.zstdCompressSync === 'function'

/** Collects the rows of a block, and then encodes them. */
export class BlockBuilder {
  readonly #ids = new IdColumn()
  readonly #extra: { readonly id: RowId; readonly fact: Fact }[] = []
  readonly #at: number[] = []
  readonly #suffixes: string[] = []
  readonly #facts: Fact[] = []
  readonly #lists: LeftOutList[] = []
  #listed = 0

  get rows(): number {
    return this.#ids.size
  }

  get facts(): number {
    return this.#facts.length + this.#extra.length + this.#listed
  }

  /** Adds a row that has left the stage. @returns its position */
  row(id: RowId, numbers?: IdNumbers, number?: number): number {
    return this.#ids.add(id, numbers, number)
  }

  /** Adds a fact about a row of the block or, if there is a suffix, about a row that was made of it. */
  fact(at: number, suffix: string, fact: Fact): void {
    this.#at.push(at)
    this.#suffixes.push(suffix)
    this.#facts.push(fact)
  }

  /** Adds a fact about a row that does not leave the stage with this block. */
  extra(id: RowId, fact: Fact): void {
    this.#extra.push({ id, fact })
  }

  /** Adds rows that a table step left out. */
  leftOut(list: LeftOutList): void {
    this.#lists.push(list)
    this.#listed += list.numbers.length
  }

  encode(place: BlockPlace, writtenMs: number): Buffer {
    const rows = this.rows
    for (const { id, fact } of this.#extra) this.fact(this.#ids.add(id), '', fact)
    const stored = this.#ids.stored
    const head: BlockHead = {
      ...place,
      rows,
      writtenMs,
      runs: stored.runs.map(({ prefix, start, count }) => [prefix, start, count]),
      packed: canZstd ? 'zstd' : 'deflate',
      ...(this.#lists.length === 0 ? {} : { lists: this.#lists.map(headOf) }),
    }
    const body = this.#body()
    const packed = canZstd
      ? zlib.zstdCompressSync(body, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } })
      : zlib.deflateRawSync(body, { level: 1 })
    const writer = new ByteWriter()
    writer.text(JSON.stringify(head))
    writer.integer(stored.hashes.length / hashBytes)
    writer.bytes(stored.hashes)
    writer.bytes(packed)
    return writer.take()
  }

  #body(): Buffer {
    const texts = new TextDictionary()
    const columns = new ByteWriter()
    columns.integer(this.#facts.length)
    let before = 0
    for (const at of this.#at) {
      columns.integer(at - before)
      before = at
    }
    for (const suffix of this.#suffixes) columns.integer(texts.number(suffix))
    for (const { kind } of this.#facts) columns.integer(factKinds.indexOf(kind))
    for (const kind of factKinds) {
      const facts = this.#facts.filter((fact) => fact.kind === kind)
      if (facts.length === 0) continue
      for (const [name, type] of Object.entries<FactType>(factColumns[kind]))
        for (const fact of facts) writeValue(columns, texts, type, fact[name as keyof Fact])
    }
    const body = new ByteWriter()
    this.#ids.write(body)
    texts.write(body)
    body.bytes(columns.take())
    for (const list of this.#lists) writeList(body, list)
    return body.take()
  }
}

/** A block of a ledger as it was read. */
export class LedgerBlock {
  readonly #start: BlockStart
  readonly #packed: Buffer

  constructor(payload: Buffer) {
    this.#start = new BlockStart(() => payload)
    this.#packed = payload.subarray(this.#start.end)
  }

  get head(): BlockHead {
    return this.#start.head
  }

  /** The facts about a row and the rows that were made of it; undefined if the block does not name it. */
  find(wanted: WantedId): { readonly entered: boolean; readonly facts: readonly RowFact[] } | undefined {
    const { id } = wanted
    const { ids } = this.#start
    const positions = positionsOf(wanted, ids)
    if (positions.length === 0 && !this.#start.mayList(wanted)) return undefined
    const reader = this.#unpack()
    const own = new Set(ownPositions(wanted, positions, ids, reader))
    const { facts, lists } = this.#readFacts(reader, (at) => own.has(at))
    const listed = lists.flatMap((list) => factIn(list, id) ?? [])
    if (own.size === 0 && listed.length === 0) return undefined
    return {
      entered: [...own].some((at) => at < this.head.rows),
      facts: [
        ...facts.map(({ suffix, fact }) => ({ id: `${id}${suffix}`, fact })),
        ...listed.map((fact) => ({ id, fact })),
      ],
    }
  }

  /** The ids of the rows that left the stage, and all facts. */
  read(): { readonly ids: readonly RowId[]; readonly facts: readonly RowFact[] } {
    const reader = this.#unpack()
    const ids = readIds(this.#start.ids, reader)
    const { facts, lists } = this.#readFacts(reader, () => true)
    const noted = facts.map(({ at, suffix, fact }) => ({ id: `${ids[at]}${suffix}`, fact }))
    return { ids: ids.slice(0, this.head.rows), facts: [...noted, ...lists.flatMap((list) => [...factsOf(list)])] }
  }

  #unpack(): ByteReader {
    const unpack = this.head.packed === 'zstd' ? zlib.zstdDecompressSync : zlib.inflateRawSync
    return new ByteReader(unpack(this.#packed))
  }

  /** The facts about the rows at some positions, and the lists. The ids are read before. */
  #readFacts(reader: ByteReader, isWanted: (at: number) => boolean) {
    const texts = Array.from({ length: reader.integer() }, () => reader.text())
    const count = reader.integer()
    let at = 0
    const places = reader.integers(count).map((step) => (at += step))
    const suffixes = reader.integers(count)
    const ofKinds = factKinds.map((): number[] => [])
    for (const [index, kind] of reader.integers(count).entries()) ofKinds[kind]?.push(index)
    const read: PlacedFact[] = []
    for (const [number, kind] of factKinds.entries()) {
      const own = ofKinds[number] as readonly number[]
      const wanted = own.flatMap((order, index) => (isWanted(places[order] as number) ? [index] : []))
      for (const [index, fact] of readFacts(reader, texts, kind, own.length, wanted).entries()) {
        const order = own[wanted[index] as number] as number
        const suffix = texts[(suffixes[order] as number) - 1] ?? ''
        read.push({ order, at: places[order] as number, suffix, fact })
      }
    }
    const lists = (this.head.lists ?? []).map((head) => readList(reader, head))
    return { facts: read.sort((a, b) => a.order - b.order), lists }
  }
}

/** A fact as it is stored. */
interface PlacedFact {
  readonly order: number
  /** The position of the row. */
  readonly at: number
  /** What the id of a row that was made of it has in addition. */
  readonly suffix: string
  readonly fact: Fact
}

/** Reads some of the facts of a kind, and passes over the others. */
function readFacts(
  reader: ByteReader,
  texts: readonly string[],
  kind: Fact['kind'],
  count: number,
  wanted: readonly number[],
): readonly Fact[] {
  if (count === 0) return []
  const facts = wanted.map((): Record<string, unknown> => ({ kind }))
  for (const [name, type] of Object.entries<FactType>(factColumns[kind])) {
    const skip = (values: number) => (type === 'hex' ? reader.skipTexts(values) : reader.skipIntegers(values))
    let next = 0
    for (const [index, fact] of facts.entries()) {
      const at = wanted[index] as number
      if (at > next) skip(at - next)
      fact[name] = readValue(reader, texts, type)
      next = at + 1
    }
    skip(count - next)
  }
  return facts as unknown as readonly Fact[]
}

/** The bytes of a key that are stored: enough to find it again among millions. */
const keyBytes = 6

/** Numbers are stored with 1 added: 0 stands for a missing value. */
function writeValue(writer: ByteWriter, texts: TextDictionary, type: FactType, value: unknown): void {
  if (value === undefined) writer.integer(0)
  else if (type === 'text') writer.integer(texts.number(String(value)))
  else if (type === 'integer') writer.integer(Math.max(0, Math.round(Number(value))) + 1)
  else {
    const bytes = Buffer.from(String(value), 'hex').subarray(0, keyBytes)
    writer.integer(bytes.length)
    writer.bytes(bytes)
  }
}

function readValue(reader: ByteReader, texts: readonly string[], type: FactType): string | number | undefined {
  const number = reader.integer()
  if (number === 0) return undefined
  if (type === 'text') return texts[number - 1]
  return type === 'integer' ? number - 1 : reader.bytes(number).toString('hex')
}

/** Gives each text of a block a number from 1. */
class TextDictionary {
  readonly #numbers = new Map<string, number>()

  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size + 1)
    return this.#numbers.size
  }

  write(writer: ByteWriter): void {
    writer.integer(this.#numbers.size)
    for (const text of this.#numbers.keys()) writer.text(text)
  }
}
