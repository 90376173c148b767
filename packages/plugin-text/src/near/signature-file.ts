import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textError } from '../errors.js'
import { type Banding, bandHash, signatureBytes, signatureLength } from './min-hash.js'

/** Signatures are written in chunks of this many, so that memory stays small for any number of texts. */
const chunkTexts = 16_384

/** Keeps signatures and the hashes of their bands in temporary files. */
export class SignatureFile {
  readonly #banding: Banding
  readonly #folder = mkdtempSync(join(tmpdir(), 'maestro-near-'))
  readonly #signatures = openSync(join(this.#folder, 'signatures'), 'w+', 0o600)
  readonly #bands = openSync(join(this.#folder, 'bands'), 'w+', 0o600)
  readonly #chunk = new Uint32Array(chunkTexts * signatureLength)
  #length = 0
  #written = 0

  constructor(banding: Banding) {
    this.#banding = banding
  }

  get length(): number {
    return this.#length
  }

  /** The room for the signature of the next text, which must be filled at once. */
  next(): Uint32Array {
    const at = this.#length - this.#written
    if (at === chunkTexts) {
      this.flush()
      return this.next()
    }
    this.#length++
    return this.#chunk.subarray(at * signatureLength, (at + 1) * signatureLength)
  }

  /** Writes what is in memory. It must be called before anything is read. */
  flush(): void {
    const { bands, rows } = this.#banding
    const count = this.#length - this.#written
    if (count === 0) return
    writeAll(this.#signatures, this.#chunk.subarray(0, count * signatureLength), this.#written * signatureBytes)
    // Within a chunk, the hashes of one band are consecutive.
    const hashes = new Uint32Array(count * bands)
    for (let text = 0; text < count; text++) {
      const signature = this.#chunk.subarray(text * signatureLength, (text + 1) * signatureLength)
      for (let band = 0; band < bands; band++) hashes[band * count + text] = bandHash(signature, band, rows)
    }
    writeAll(this.#bands, hashes, this.#written * bands * 4)
    this.#written = this.#length
  }

  read(text: number): Uint32Array {
    const signature = new Uint32Array(signatureLength)
    readAll(this.#signatures, signature, text * signatureBytes)
    return signature
  }

  /** The hashes of one band, of all texts. */
  band(band: number): Uint32Array {
    const { bands } = this.#banding
    const hashes = new Uint32Array(this.#length)
    for (let first = 0; first < this.#length; first += chunkTexts) {
      const count = Math.min(chunkTexts, this.#length - first)
      readAll(this.#bands, hashes.subarray(first, first + count), (first * bands + band * count) * 4)
    }
    return hashes
  }

  /** Removes the files. */
  dispose(): void {
    closeSync(this.#signatures)
    closeSync(this.#bands)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function writeAll(file: number, numbers: Uint32Array, position: number): void {
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}

function readAll(file: number, numbers: Uint32Array, position: number): void {
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, bytes.length - done, position + done)
    if (read === 0) throw textError('MAESTRO_TEXT_INDEX', { path: tmpdir(), reason: 'a temporary file ended early.' })
    done += read
  }
}
