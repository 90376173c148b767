/** What happened to a row at one place of a run. A row that meets nothing but steps that pass it on has no facts. */
export type Fact = DroppedFact | RejectedFact | MergedFact | SplitFact | CallFact | WrittenFact | EditedFact

/** A step left the row out. */
export interface DroppedFact {
  readonly kind: 'dropped'
  readonly step: string
  /** The reason that the operator gave. */
  readonly reason: string | undefined
}

/** The source, a step, or a sink could not process the row. The message is in `rejects.jsonl`. */
export interface RejectedFact {
  readonly kind: 'rejected'
  /** `source`, or the id of the step or sink. */
  readonly step: string
  readonly code: string
  readonly tries: number
}

/** The row became part of another row. */
export interface MergedFact {
  readonly kind: 'merged'
  readonly step: string
  /** The id of the row that it was merged into. */
  readonly into: string
}

/** A flatMap, or a step over a whole table, made rows of the row. Their ids are `<id>/<step>/<number from 0>`. */
export interface SplitFact {
  readonly kind: 'split'
  readonly step: string
  /** The number of its children. */
  readonly rows: number
}

/** A model was asked for the row, or an answer was reused. */
export interface CallFact {
  readonly kind: 'called'
  readonly step: string
  readonly serving: string
  readonly model: string
  /** Identifies the prompt of the step: its version, or a hash of its text. */
  readonly prompt: string | undefined
  /** The beginning of the key of the answer in the response cache, in hexadecimal. */
  readonly key: string | undefined
  /** `cache` and `joined` are answers that were reused. */
  readonly from: 'provider' | 'packed' | 'cache' | 'joined' | 'resumed'
  readonly tries: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Billionths of a dollar; undefined if the price is unknown. */
  readonly nanoDollars: number | undefined
  /** When the request ended, in milliseconds since the start of the run. */
  readonly endedMs: number
  readonly durationMs: number
  /** The code of the error, if the request failed. */
  readonly error: string | undefined
}

/** The row left the stage with this content. It is noted if a model was asked for it, or if all rows are compared. */
export interface WrittenFact {
  readonly kind: 'written'
  /** The CRC32 of the row in the notation of step files. */
  readonly checksum: number
}

/** A person has changed or added the row after the step. */
export interface EditedFact {
  readonly kind: 'edited'
  readonly step: string
  readonly how: 'changed' | 'added'
}

/** How the values of a column are stored. */
export type FactType = 'text' | 'integer' | 'hex'

/**
 * The columns of each kind of fact, in the order in which they are stored. The position of a kind is its number in the
 * file.
 */
export const factColumns = {
  dropped: { step: 'text', reason: 'text' },
  rejected: { step: 'text', code: 'text', tries: 'integer' },
  merged: { step: 'text', into: 'text' },
  split: { step: 'text', rows: 'integer' },
  called: {
    step: 'text',
    serving: 'text',
    model: 'text',
    prompt: 'text',
    key: 'hex',
    from: 'text',
    tries: 'integer',
    inputTokens: 'integer',
    outputTokens: 'integer',
    nanoDollars: 'integer',
    endedMs: 'integer',
    durationMs: 'integer',
    error: 'text',
  },
  written: { checksum: 'integer' },
  edited: { step: 'text', how: 'text' },
} as const satisfies { readonly [Kind in Fact['kind']]: FactColumns<Extract<Fact, { kind: Kind }>> }

type FactColumns<One extends Fact> = Readonly<Record<Exclude<keyof One, 'kind'>, FactType>>

export const factKinds = Object.keys(factColumns) as readonly Fact['kind'][]
