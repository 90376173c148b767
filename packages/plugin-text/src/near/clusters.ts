import { type Banding, similarity } from './min-hash.js'
import type { SignatureFile } from './signature-file.js'
import { sortedByHash } from './sorted-by-hash.js'

/** In one bucket, a text is compared with at most this many texts that differ from each other. */
const mostCompared = 32

/** Sets of texts that are joined by pairs of similar ones. */
export class Clusters {
  readonly #parents: Uint32Array

  constructor(texts: number) {
    this.#parents = Uint32Array.from({ length: texts }, (_, text) => text)
  }

  /** The first text of the cluster. */
  first(text: number): number {
    let root = text
    while (this.#parents[root] !== root) root = this.#parents[root] as number
    for (let at = text; at !== root; ) {
      const next = this.#parents[at] as number
      this.#parents[at] = root
      at = next
    }
    return root
  }

  join(one: number, other: number): void {
    const [a, b] = [this.first(one), this.first(other)]
    if (a < b) this.#parents[b] = a
    else this.#parents[a] = b
  }
}

/** Finds the clusters of texts whose estimated similarity is at least the threshold. */
export function findClusters(
  file: SignatureFile,
  { bands }: Banding,
  threshold: number,
  signal: AbortSignal,
): Clusters {
  const clusters = new Clusters(file.length)
  for (let band = 0; band < bands; band++) {
    signal.throwIfAborted()
    const hashes = file.band(band)
    const texts = sortedByHash(hashes)
    for (let start = 0; start < texts.length; ) {
      let end = start + 1
      while (end < texts.length && hashes[texts[end] as number] === hashes[texts[start] as number]) end++
      if (end - start > 1) joinBucket(texts.subarray(start, end), file, clusters, threshold)
      start = end
    }
  }
  return clusters
}

/** Compares the texts of a bucket with the first texts in it that differ from each other. */
function joinBucket(texts: Uint32Array, file: SignatureFile, clusters: Clusters, threshold: number): void {
  const compared: { readonly text: number; signature: Uint32Array | undefined }[] = []
  for (const text of texts) {
    if (compared.some((other) => clusters.first(other.text) === clusters.first(text))) continue
    const own: (typeof compared)[number] = { text, signature: undefined }
    const same = compared.find((other) => {
      own.signature ??= file.read(text)
      other.signature ??= file.read(other.text)
      return similarity(own.signature, other.signature) >= threshold
    })
    if (same !== undefined) clusters.join(same.text, text)
    else if (compared.length < mostCompared) compared.push(own)
  }
}
