import { hostname } from 'node:os'
import type {
  CachedAnswer,
  EmbeddingServing,
  LLMRequest,
  LLMServing,
  Message,
  RerankServing,
  ResponseCache,
  SharedLimits,
  VectorCallOptions,
  VectorQuery,
  VectorRecord,
} from '@maestro-dataflow/core'
import { SqliteVectors } from '../../sqlite-vectors.js'

type Wrong<Plant> = Readonly<Record<string, readonly [rule: string, plant: Plant]>>
type Plants<Part> = Wrong<(part: Part) => Partial<Part>>
type Generate = Parameters<LLMServing['generate']>

const asking =
  (change: (messages: readonly Message[]) => readonly Message[]) =>
  ({ generate }: LLMServing): Partial<LLMServing> => ({
    generate: async ({ messages, ...rest }: LLMRequest, options) => generate({ ...rest, messages: change(messages) }, options),
  })
const words = (change: (text: string) => string) =>
  asking((messages) =>
    messages.map((message) =>
      typeof message.content === 'string' ? ({ ...message, content: change(message.content) } as Message) : message,
    ),
  )
const answering =
  (change: (answer: Awaited<ReturnType<LLMServing['generate']>>) => object) =>
  ({ generate }: LLMServing): Partial<LLMServing> => ({
    generate: async (...call: Generate) => change(await generate(...call)) as never,
  })

/** Language models of authors in a hurry, each with the rule that finds it. */
export const hurriedModels: Plants<LLMServing> = {
  'has the day in its identity': ['describes itself alike at each making', ({ identity }) => ({ identity: { ...identity, day: new Date().getDate() } })],
  'has the machine in its identity': ['describes itself alike at each making', ({ identity }) => ({ identity: { ...identity, host: hostname() } })],
  'has its process in its identity': ['describes itself alike at each making', ({ identity }) => ({ identity: { ...identity, pid: process.pid } })],
  'has the folder in its identity': ['describes itself alike at each making', ({ identity }) => ({ identity: { ...identity, from: process.cwd() } })],
  'sends one of two turns of the user in a row': ['reads the system message and the turns before the question', asking((messages) => messages.filter(({ role }, at) => role !== messages[at + 1]?.role))],
  'cannot put half a character into its address': ['invalid and unusual characters are accepted', words((text) => decodeURIComponent(encodeURIComponent(text)))],
  'takes entities for HTML': ['answers with a text, its usage, its end and its model', words((text) => text.replaceAll('<', '&lt;').replaceAll('"', '&quot;'))],
  'counts with texts': ['answers with a text, its usage, its end and its model', answering((answer) => ({ ...answer, usage: { inputTokens: '7', outputTokens: '3' } }))],
  'counts the whole alone': ['answers with a text, its usage, its end and its model', answering(({ usage, ...answer }) => ({ ...answer, usage: { totalTokens: usage.inputTokens } }))],
  'states an infinite cost': ['answers with a text, its usage, its end and its model', answering((answer) => ({ ...answer, cost: Number.POSITIVE_INFINITY }))],
  'gives an object of the class String': ['answers with a text, its usage, its end and its model', answering((answer) => ({ ...answer, text: Object(answer.text) }))],
  'gives its warnings as one text': ['answers with a text, its usage, its end and its model', answering((answer) => ({ ...answer, warnings: 'slow' }))],
  'learns what it can do at its first call': ['describes itself alike at each making', (serving) => { let asked = false; return { get capabilities() { return asked ? serving.capabilities : { ...serving.capabilities, contextTokens: 7 } }, generate: (...call: Generate) => { asked = true; return serving.generate(...call) } } }],
  'numbers its name': ['describes itself alike at each making', () => { let n = 0; return { get name() { return `acme.chat ${n++}` } } }],
  'raises its price': ['describes itself alike at each making', () => { let input = 1; return { get price() { return { input: input++, output: 2 } } } }],
  'throws where it should reject': ['a call with a signal that has fired is not made', ({ generate }) => ({ generate: (request: LLMRequest, options) => { if (request.messages.length === 0) throw new RangeError('no messages'); if (options?.signal?.aborted) throw new RangeError('aborted'); return generate(request, options) } })],
}

type Embed = Parameters<EmbeddingServing['embed']>
const embedding =
  (embed: (texts: readonly string[], one: (texts: readonly string[]) => Promise<readonly Float32Array[]>) => Promise<readonly unknown[]>) =>
  (serving: EmbeddingServing): Partial<EmbeddingServing> => ({
    async embed(...[texts, options]: Embed) {
      const answer = await serving.embed(texts, options)
      return { ...answer, vectors: (await embed(texts, async (some) => (await serving.embed(some, options)).vectors)) as readonly Float32Array[] }
    },
  })
const waiting = (text: string) => new Promise((resolve) => setTimeout(resolve, 20 - Math.min(text.length, 20)))

/** Embedding models of authors in a hurry. */
export const hurriedEmbeddings: Plants<EmbeddingServing> = {
  'embeds equal texts once': ['the same text has the same vector', embedding(async (texts, some) => some([...new Set(texts)]))],
  'leaves empty texts out': ['an empty text has a vector or is refused with a typed error', embedding(async (texts, some) => some(texts.filter(Boolean)))],
  'keeps its vectors by text in an object': ['texts that are numbers or names of properties keep their places', embedding(async (texts, some) => { const vectors = await some(texts); return Object.values(Object.fromEntries(texts.map((text, at) => [text, vectors[at]]))) })],
  'looks texts up in an object': ['texts that are numbers or names of properties keep their places', embedding(async (texts, some) => { const vectors = await some(texts); const known: Record<string, unknown> = {}; texts.forEach((text, at) => { known[text] ??= vectors[at] }); return texts.map((text) => known[text]) })],
  'adds vectors as they arrive': ['returns one vector for each text, in order', embedding(async (texts, some) => { const vectors: unknown[] = []; await Promise.all(texts.map(async (text) => { await waiting(text); vectors.push(...(await some([text]))) })); return vectors })],
  'gives numbers of twice the size': ['returns one vector for each text, in order', embedding(async (texts, some) => (await some(texts)).map((vector) => Float64Array.from(vector)))],
  'gives lists of numbers': ['returns one vector for each text, in order', embedding(async (texts, some) => (await some(texts)).map((vector) => [...vector]))],
  'names the texts that were cut': ['returns one vector for each text, in order', (serving) => ({ embed: async (...call: Embed) => ({ ...(await serving.embed(...call)), truncated: call[0] as never }) })],
  'counts nothing as NaN': ['returns one vector for each text, in order', (serving) => ({ embed: async (...call: Embed) => ({ ...(await serving.embed(...call)), usage: { inputTokens: Number.NaN, outputTokens: 0 } }) })],
  'has the day in its identity': ['describes itself alike at each making', ({ identity }) => ({ identity: { ...identity, day: new Date().getDate() } })],
}

type Rerank = Parameters<RerankServing['rerank']>
const scoring =
  (change: (scores: readonly number[], documents: readonly string[]) => readonly unknown[] | Promise<readonly unknown[]>) =>
  ({ rerank }: RerankServing): Partial<RerankServing> => ({
    async rerank(...call: Rerank) {
      const answer = await rerank(...call)
      return { ...answer, scores: (await change(answer.scores, call[1])) as readonly number[] }
    },
  })

/** Rerankers of authors in a hurry. */
export const hurriedRerankers: Plants<RerankServing> = {
  'gives its scores best first': ['gives one score for each document, in their order', scoring((scores) => scores.toSorted((one, other) => other - one))],
  'keeps its scores by document in an object': ['documents that are numbers or names of properties keep their places', scoring((scores, documents) => Object.values(Object.fromEntries(documents.map((document, at) => [document, scores[at]]))))],
  'looks documents up in an object': ['documents that are numbers or names of properties keep their places', scoring((scores, documents) => { const known: Record<string, unknown> = {}; documents.forEach((document, at) => { known[document] ??= scores[at] }); return documents.map((document) => known[document]) })],
  'adds scores as they arrive': ['gives one score for each document, in their order', scoring(async (scores, documents) => { const found: unknown[] = []; await Promise.all(documents.map(async (document, at) => { await waiting(document); found.push(scores[at]) })); return found })],
  'counts places from the best': ['the document that answers has the highest score', scoring((scores) => scores.map((score) => scores.filter((other) => other > score).length))],
}

/** Caches of authors in a hurry. */
export const hurriedCaches: Plants<ResponseCache> = {
  'lowers its keys': ['keys with any characters are distinguished', (cache) => ({ get: (key) => cache.get(key.toLowerCase()), set: (key, ...rest) => cache.set(key.toLowerCase(), ...rest) })],
  'makes file names of its keys': ['keys with any characters are distinguished', (cache) => ({ get: (key) => cache.get(key.replace(/[^\w-]/g, '_')), set: (key, ...rest) => cache.set(key.replace(/[^\w-]/g, '_'), ...rest) })],
  'keeps the first answer of a key': ['a key has only its last answer, counted once', (cache) => ({ set: async (...entry) => { if ((await cache.get(entry[0])) === undefined) await cache.set(...entry) } })],
  'leaves long answers out': ['a large answer is stored completely', (cache) => ({ set: async (key, answer, parts) => { if (JSON.stringify(answer).length < 65_536) await cache.set(key, answer, parts) } })],
  'keeps the text alone': ['an answer is returned as it was stored', (cache) => ({ set: async (key, { text, usage }: CachedAnswer & { text?: unknown; usage?: unknown }, parts) => cache.set(key, { text, usage } as never, parts) })],
  'removes what is not there': ['an answer can be removed', (cache) => ({ delete: async (key) => { await cache.delete(key); return true } })],
  'says nothing of what it removed': ['all answers can be removed', (cache) => ({ clear: async (...selection) => { await cache.clear(...selection); return undefined as never } })],
  'counts once': ['counts entries and bytes', (cache) => { let known: ReturnType<ResponseCache['stats']> | undefined; return { stats: () => (known ??= cache.stats()) } }],
  'gives the same object again': ['a later change of a given or returned object does not change the stored one', (cache) => { const known = new Map<string, CachedAnswer>(); return { get: async (key) => { const answer = known.get(key) ?? (await cache.get(key)); if (answer !== undefined) known.set(key, answer); return answer } } }],
}

type Records = readonly VectorRecord[]
const changing = (change: (record: VectorRecord) => object) =>
  class extends SqliteVectors {
    override addVectors(records: Records, options: VectorCallOptions = {}) {
      return super.addVectors(records.map((record) => ({ ...record, ...change(record) })), options)
    }
  }
const seeking = (change: (query: VectorQuery) => object) =>
  class extends SqliteVectors {
    override find(query: VectorQuery) {
      return super.find({ ...query, ...change(query) })
    }
  }

/** Vector stores of authors in a hurry. */
export const hurriedVectorStores: Wrong<typeof SqliteVectors> = {
  'fails to delete what is not there': ['an empty store returns nothing, and a single entry is found', class extends SqliteVectors { override async delete(ids: readonly string[]) { const known = new Set(this.records().map(({ id }) => id)); for (const id of ids) if (!known.has(id)) throw new RangeError(id); return super.delete(ids) } }],
  'counts what it was told to delete': ['deletions do not change other ids', class extends SqliteVectors { override async delete(ids: readonly string[]) { await super.delete(ids); return ids.length } }],
  'cannot add nothing': ['an empty store returns nothing, and a single entry is found', class extends SqliteVectors { override async addVectors(records: Records, options: VectorCallOptions = {}) { if ((records[0] as VectorRecord).vector.length > 0) await super.addVectors(records, options) } }],
  'cannot search for nothing': ['an empty store returns nothing, and a single entry is found', class extends SqliteVectors { override async search(queries: readonly VectorQuery[], options: VectorCallOptions = {}) { const [first] = queries; return (first as VectorQuery).k > 0 ? super.search(queries, options) : [] } }],
  'cannot delete nothing': ['deletions do not change other ids', class extends SqliteVectors { override async delete(ids: readonly string[]) { this.database.prepare(`SELECT 1 WHERE 'a' IN (${ids.map(() => '?').join()}) ${ids.length === 0 ? 'NOTHING' : ''}`); return super.delete(ids) } }],
  'skips what is false in a filter': ['a filter matches equal values of the same type, in all its fields', seeking(({ filter = {} }) => ({ filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) }))],
  'takes a threshold of 0 for none': ['matches below the threshold are omitted', seeking(({ threshold }) => ({ threshold: threshold || undefined }))],
  'trims texts': ['texts are returned unchanged', changing(({ text }) => ({ text: text?.trim() }))],
  'takes an empty text for none': ['texts are returned unchanged', changing(({ text }) => ({ text: text || undefined }))],
  'lowers the names of metadata': ['a filter matches equal values of the same type, in all its fields', changing(({ metadata = {} }) => ({ metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value])) }))],
  'rounds scores to two places': ['scores are those of its metric', class extends SqliteVectors { override score(one: Float32Array, other: Float32Array) { return Math.round(100 * super.score(one, other)) / 100 } }],
}

type Exchange = Parameters<SharedLimits['exchange']>
type Spend = Parameters<SharedLimits['spend']>

/** Shared limits of authors in a hurry. */
export const hurriedLimits: Plants<SharedLimits> = {
  'knows accounts by model alone': ['models and accounts with any names are apart', ({ exchange }) => ({ exchange: (...[place, given]: Exchange) => exchange({ ...place, account: 'all' }, given) })],
  'joins account and model by a colon': ['models and accounts with any names are apart', ({ exchange }) => ({ exchange: (...[{ account, model }, given]: Exchange) => { return exchange({ account: 'all', model: `${account}:${model}` }, given) } })],
  'counts budgets in whole dollars': ['what a call did not spend is free again', ({ spend }) => ({ spend: (given: Spend[0]) => spend({ ...given, next: { ...given.next, usd: Math.floor(given.next.usd) } }) })],
  'reserves when it says no': ['a call is reserved in all of its budgets, or in none', ({ spend }) => ({ spend: async (given: Spend[0]) => { const said = await spend(given); if (!said.granted) await spend({ ...given, parts: given.parts.map((part) => ({ ...part, cap: {} })) }); return said } })],
}
