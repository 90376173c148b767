type Fields = Readonly<Record<string, unknown>>

/**
 * The vectors of a reply in the order of the texts. Client libraries read them in the order in which they stand, without
 * checking their positions and their numbers.
 *
 * @returns undefined for a reply without vectors; a text that says why they cannot be read
 */
export function amendVectors(data: unknown): readonly Fields[] | string | undefined {
  if (!Array.isArray(data) || !data.some((item) => isFields(item) && 'embedding' in item)) return undefined
  const items: Fields[] = []
  for (const [place, item] of data.entries()) {
    if (!isFields(item)) return 'a vector is missing'
    const { index, embedding } = item
    // Some servers write numbers as texts.
    const at = index === undefined || index === null || index === '' ? place : Number(index)
    if (at in items || !(at in data)) return 'two vectors are for one text'
    const vector = typeof embedding === 'string' ? decoded(embedding) : alone(embedding)
    if (!isVector(vector)) return 'a vector contains a value that is not a number'
    items[at] = vector === embedding ? item : { ...item, embedding: vector }
  }
  return items
}

/** A vector within a list of its own. */
const alone = (embedding: unknown): unknown =>
  Array.isArray(embedding) && embedding.length === 1 && Array.isArray(embedding[0]) ? embedding[0] : embedding

/** Base64 holds the numbers in little-endian byte order. */
function decoded(text: string): readonly number[] {
  const bytes = Buffer.from(text, 'base64')
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(4 * index))
}

const isVector = (vector: unknown): boolean =>
  Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
