/** A short text that changes when the content does (FNV-1a, 64 bit): the version of a prompt that was given none. */
export function contentVersion(content: unknown): string {
  const text = JSON.stringify(content)
  let hash = 0xcbf29ce484222325n
  for (let index = 0; index < text.length; index++) {
    hash ^= BigInt(text.charCodeAt(index))
    hash = BigInt.asUintN(64, hash * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}
