import zlib, { crc32 } from 'node:zlib'
import type { RowId } from '../../contracts/row.js'
import { ByteReader, ByteWriter } from './byte-columns.js'
import { type Fact, type FactType, factColumns, factKinds } from './facts.js'
import { IdColumn, type IdRun, positionsOf, readIds, type StoredIds } from './id-column.js'
import {
  factIn,
  factsOf,
  headOf,
  type LeftOutHead,
  type LeftOutList,
  mayList,
  readList,
  writeList,
} from './left-out-list.js'

/**
 * The way of rows through a stage: through its row steps, into the file that a step over the whole table reads, or out of
 * such a step.
 */
export type StagePass = 'rows' | 'input' | 'output'

export interface BlockPlace {
  readonly stage: number
  readonly pass: StagePass
}

/** What can be read of a block without unpacking it. */
export interface BlockHead extends BlockPlace {
  /** The first ids of the block are rows that entered the stage and left it. The others only have facts to be noted. */
  readonly rows: number
  /** When the block was written, in milliseconds since the start of the run. */
  readonly writtenMs: number
  readonly runs: readonly (readonly [prefix: string, start: number, count: number])[]
  readonly packed: 'zstd' | 'deflate'
  /** Lists of rows that table steps left out. */
  readonly lists?: readonly LeftOutHead[]
}

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
  row(id: RowId): number {
    return this.#ids.add(id)
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
    writer.integer(stored.hashes.length)
    writer.bytes(new Uint8Array(stored.hashes.buffer))
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
  readonly head: BlockHead
  readonly #ids: StoredIds
  readonly #packed: Buffer

  constructor(payload: Buffer) {
    const reader = new ByteReader(payload)
    this.head = JSON.parse(reader.text()) as BlockHead
    const hashes = new Uint8Array(reader.bytes(reader.integer() * 4))
    const runs = this.head.runs.map(([prefix, start, count]): IdRun => ({ prefix, start, count }))
    this.#ids = { runs, hashes: new Uint32Array(hashes.buffer, 0, hashes.length / 4) }
    this.#packed = reader.rest()
  }

  /** The facts about a row and the rows that were made of it; undefined if the block does not name it. */
  find(id: RowId): { readonly entered: boolean; readonly facts: readonly RowFact[] } | undefined {
    const positions = positionsOf(id, this.#ids)
    const isListed = this.head.lists?.some((list) => mayList(id, list)) === true
    if (positions.length === 0 && !isListed) return undefined
    const { ids, facts, lists } = this.#unpack()
    const own = new Set(positions.filter((at) => ids[at] === id))
    const listed = lists.flatMap((list) => factIn(list, id) ?? [])
    if (own.size === 0 && listed.length === 0) return undefined
    const noted = facts.filter(({ at }) => own.has(at)).map(({ suffix, fact }) => ({ id: `${id}${suffix}`, fact }))
    return {
      entered: [...own].some((at) => at < this.head.rows),
      facts: [...noted, ...listed.map((fact) => ({ id, fact }))],
    }
  }

  /** The ids of the rows that left the stage, and all facts. */
  read(): { readonly ids: readonly RowId[]; readonly facts: readonly RowFact[] } {
    const { ids, facts, lists } = this.#unpack()
    const noted = facts.map(({ at, suffix, fact }) => ({ id: `${ids[at]}${suffix}`, fact }))
    return { ids: ids.slice(0, this.head.rows), facts: [...noted, ...lists.flatMap((list) => [...factsOf(list)])] }
  }

  #unpack() {
    const unpack = this.head.packed === 'zstd' ? zlib.zstdDecompressSync : zlib.inflateRawSync
    const reader = new ByteReader(unpack(this.#packed))
    const ids = readIds(this.#ids, reader)
    const texts = Array.from({ length: reader.integer() }, () => reader.text())
    const count = reader.integer()
    let at = 0
    const places = Array.from({ length: count }, () => (at += reader.integer()))
    const suffixes = Array.from({ length: count }, () => texts[reader.integer() - 1] ?? '')
    const kinds = Array.from({ length: count }, () => factKinds[reader.integer()] as Fact['kind'])
    const read = new Map(factKinds.map((kind) => [kind, readFacts(reader, texts, kind, count, kinds)]))
    const next = new Map(factKinds.map((kind) => [kind, 0]))
    const facts = kinds.map((kind, index) => {
      const number = next.get(kind) ?? 0
      next.set(kind, number + 1)
      return { at: places[index] as number, suffix: suffixes[index] as string, fact: read.get(kind)?.[number] as Fact }
    })
    const lists = (this.head.lists ?? []).map((head) => readList(reader, head))
    return { ids, facts, lists }
  }
}

function readFacts(
  reader: ByteReader,
  texts: readonly string[],
  kind: Fact['kind'],
  count: number,
  kinds: readonly Fact['kind'][],
): readonly Fact[] {
  let own = 0
  for (let index = 0; index < count; index++) if (kinds[index] === kind) own++
  const facts = Array.from({ length: own }, (): Record<string, unknown> => ({ kind }))
  if (own === 0) return []
  for (const [name, type] of Object.entries<FactType>(factColumns[kind]))
    for (const fact of facts) fact[name] = readValue(reader, texts, type)
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

/** A block as it is appended to the file: its length, its CRC32, and the block. */
export function frameOf(block: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(8 + block.length)
  frame.writeUInt32LE(block.length, 0)
  frame.writeUInt32LE(crc32(block), 4)
  block.copy(frame, 8)
  return frame
}

/** The blocks of a file. It ends at the first one that is not whole, as a crash may leave it. */
export function blocksOf(file: Buffer): readonly LedgerBlock[] {
  const blocks: LedgerBlock[] = []
  for (let at = 0; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at)
    const block = file.subarray(at + 8, at + 8 + length)
    if (length === 0 || block.length < length || crc32(block) !== file.readUInt32LE(at + 4)) break
    blocks.push(new LedgerBlock(block))
    at += 8 + length
  }
  return blocks
}
