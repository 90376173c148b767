import { unspacedPattern } from '../measures/text-parts.js'

const token = /[\p{L}\p{M}\p{N}]+/gu

/**
 * The hashes of the sequences of `size` words of a text; in Chinese, Japanese, and similar scripts, of characters. Case and
 * punctuation do not count. A text with fewer words is one sequence, and a text without words is compared as it is.
 *
 * @returns signed 32-bit hashes, each once
 */
export function shinglesOf(text: string, size: number): ReadonlySet<number> {
  const tokens = tokenHashes(text)
  if (tokens.length === 0) return new Set([hashOf(text.trim())])
  if (tokens.length < size) return new Set([combined(tokens, 0, tokens.length)])
  const shingles = new Set<number>()
  for (let start = 0; start + size <= tokens.length; start++) shingles.add(combined(tokens, start, start + size))
  return shingles
}

function tokenHashes(text: string): readonly number[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7F]*$/u.test(text) ? asciiHashes(text) : unicodeHashes(text)
}

/** The same hashes as those of `unicodeHashes`, without a piece of text for each word. */
function asciiHashes(text: string): readonly number[] {
  const hashes: number[] = []
  let hash = offsetBasis
  let isWithin = false
  for (let index = 0; index <= text.length; index++) {
    const given = text.charCodeAt(index)
    const code = given >= 65 && given <= 90 ? given + 32 : given
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      hash = Math.imul(hash ^ code, prime)
      isWithin = true
    } else if (isWithin) {
      hashes.push(mixed(hash))
      hash = offsetBasis
      isWithin = false
    }
  }
  return hashes
}

function unicodeHashes(text: string): readonly number[] {
  const hashes: number[] = []
  for (const [found] of text.normalize('NFKC').toLowerCase().matchAll(token)) {
    // Each character of a script without spaces is a token of its own.
    if (!unspacedPattern.test(found)) hashes.push(hashOf(found))
    else for (const character of found) hashes.push(hashOf(character))
  }
  return hashes
}

const offsetBasis = 0x811c9dc5 | 0
const prime = 0x01000193

/** FNV-1a over UTF-16 units, with the last mixing of MurmurHash3. */
function hashOf(text: string): number {
  let hash = offsetBasis
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime)
  return mixed(hash)
}

function combined(hashes: readonly number[], start: number, end: number): number {
  let hash = end - start
  for (let index = start; index < end; index++) hash = mixed(Math.imul(hash, 31) ^ (hashes[index] as number))
  return hash
}

/** The finalizer of MurmurHash3. @returns a signed 32-bit number, which costs less than an unsigned one */
export function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16)
  value = Math.imul(value, 0x85ebca6b)
  value ^= value >>> 13
  value = Math.imul(value, 0xc2b2ae35)
  return value ^ (value >>> 16)
}
