import type { SaidVectors } from '../../vector-dialects.js'

/** Replies with vectors, and the expected result: the vectors of three texts, or an error. */
export interface VectorCase {
  /** The replies to the first request, the second, and so on; the last one repeats. */
  readonly said: readonly SaidVectors[]
  /** The setting of the serving. @default 6 */
  readonly retries?: number
  readonly expected: {
    /** The code of the error, without `MAESTRO_SERVING_`. */
    readonly code?: string
    /** Words that the error must contain. */
    readonly words?: string
    /** The number of requests. @default one for each reply */
    readonly asked?: number
    /** The number of attempts beyond the first that the call records. */
    readonly retries?: number
    readonly inputTokens?: number
  }
}

const vectors = [
  [1, 0.5],
  [2, 0.5],
  [3, 0.5],
] as const
const right: SaidVectors = { vectors }
const base64 = (vector: readonly number[]) => Buffer.from(Float32Array.from(vector).buffer).toString('base64')
const away = 'The model is away.'

const each = <Item>(
  items: Readonly<Record<string, Item>>,
  name: (what: string) => string,
  toCase: (item: Item) => VectorCase,
): Readonly<Record<string, VectorCase>> =>
  Object.fromEntries(Object.entries(items).map(([what, item]) => [name(what), toCase(item)]))

const readable = each<SaidVectors>(
  {
    'in another order': { vectors: [vectors[2], vectors[0], vectors[1]], indexes: [2, 0, 1] },
    'with texts for their positions': { vectors: [vectors[1], vectors[0], vectors[2]], indexes: ['1', '0', '2'] },
    'without positions': { vectors, indexes: 'none' },
    'with null for their positions': { vectors, indexes: [null, null, null] },
    'within a list each': { vectors: vectors.map((vector) => [vector]) },
    'in base64': { vectors: vectors.map(base64) },
    'beside usage as texts': { vectors, beside: { usage: { prompt_tokens: '7', total_tokens: '7' } } },
    'beside no usage': { vectors, beside: { usage: null } },
    'beside an odd model': { vectors, beside: { model: 7, object: null } },
  },
  (what) => `vectors ${what} are read`,
  (said) => ({ said: [said], expected: { retries: 0 } }),
)

/** The next reply seldom differs, so they are asked for three times at most. */
const unreadable = each<SaidVectors>(
  {
    'too few vectors': { vectors: vectors.slice(1) },
    'too many vectors': { vectors: [...vectors, [4, 0.5]] },
    'no vectors': { vectors: [] },
    'two vectors for one text': { vectors, indexes: [0, 1, 1] },
    'a vector for no text': { vectors, indexes: [0, 1, 7] },
    'null for a vector': { vectors: [vectors[0], null, vectors[2]] },
    'null for a number': { vectors: [vectors[0], [2, null], vectors[2]] },
    'a vector without numbers': { vectors: [vectors[0], [], vectors[2]] },
    'a vector of another dimension': { vectors: [vectors[0], [2, 0.5, 0], vectors[2]] },
    'a text for a number': { vectors: [vectors[0], [2, 'x'], vectors[2]] },
    'an empty object': { body: {} },
    'null for the vectors': { body: { object: 'list', data: null, embeddings: null, model: 'test-model' } },
    'nothing at all': { empty: 200 },
    'nothing under status 204': { empty: 204 },
  },
  (what) => `${what} instead of three vectors is asked for three times at most`,
  (said) => ({ said: [said], expected: { code: 'UNEXPECTED_REPLY', asked: 3 } }),
)

/** How replies with vectors are handled: each case by its name. */
export const vectorCases: Readonly<Record<string, VectorCase>> = {
  ...readable,
  ...unreadable,
  'NaN in a vector is asked for three times at most': {
    said: [
      {
        body: '{"object":"list","model":"m","data":[{"index":0,"embedding":[1,0.5]},{"index":1,"embedding":[2,NaN]},{"index":2,"embedding":[3,0.5]}],"embeddings":[[1,0.5],[2,NaN],[3,0.5]]}',
      },
    ],
    expected: { code: 'UNEXPECTED_REPLY', asked: 3 },
  },
  'vectors that follow a reply without them count, and both replies are charged': {
    said: [{ vectors: vectors.slice(1) }, right],
    expected: { retries: 1, inputTokens: 14 },
  },
  'a vector of another dimension does not decide about later ones': {
    said: [{ vectors: [[1, 0, 0], [2], [3]] }, right],
    expected: { retries: 1 },
  },
  'a failure under status 200 is told in the words of the server': {
    said: [{ body: { error: away } }],
    retries: 1,
    expected: { code: 'SERVER', words: away, asked: 2 },
  },
  'a limit is waited for': {
    said: [{ failure: { status: 429, message: 'Slow down', headers: { 'retry-after-ms': '20' } } }, right],
    expected: { retries: 1, inputTokens: 7 },
  },
  'a wrong key is not asked again': {
    said: [{ failure: { status: 401, message: 'Incorrect API key provided' } }],
    expected: { code: 'AUTHENTICATION' },
  },
  'a text that is too long is not asked again': {
    said: [{ failure: { status: 400, message: 'the input length exceeds the context length' } }],
    expected: { code: 'CONTEXT_TOO_LONG' },
  },
}
