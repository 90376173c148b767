import { AssertionError } from 'node:assert/strict'
import type { Row, StorageDefinition } from '@maestro-dataflow/core'
import { describeFailure } from '../../fuzz/for-all.js'
import { sinkCases, sinkUnwritableCases, sinkVisibleCases } from '../sink/sink-cases.js'
import { sinkContinuationCases } from '../sink/sink-continuation-cases.js'
import { sinkNameCases } from '../sink/sink-name-cases.js'
import { SinkSubject, type SinkSuiteOptions, sinkOf } from '../sink/sink-subject.js'
import { sourceCases } from '../source/source-cases.js'
import { sourceContinuationCases } from '../source/source-continuation-cases.js'
import { SourceSubject, sourceOf } from '../source/source-subject.js'
import { createSuite, type Suite } from '../suite.js'

/** The options of the suite for storages. */
export interface StorageSuiteOptions<Name extends string = string> extends Omit<SinkSuiteOptions<Name>, 'read'> {
  /** The options that read what was written with other options. @default the same options */
  reads?(options: object): object
}

interface StorageSubject {
  readonly sink: SinkSubject
  /** A source over what the sink has written. */
  written(): Promise<SourceSubject>
  /** How the source failed at the last target that it could not read. */
  failure: unknown
}

type Check<Subject> = (subject: Subject) => Promise<void>

const sinks = { ...sinkCases, ...sinkVisibleCases, ...sinkContinuationCases, ...sinkNameCases }
const writing = prefixed('writing', sinks, (subject) => Promise.resolve(subject.sink))
const reading = prefixed('reading', { ...sourceCases, ...sourceContinuationCases }, (subject) => subject.written())

const unwritable = prefixed('writing', sinkUnwritableCases, (subject) => Promise.resolve(subject.sink))

const always = { ...writing, ...reading }
const cases = { ...always, ...unwritable }

/** The cases of the suite for storages. */
export type StorageCase = keyof typeof cases

/** The rules for a storage that can be written and read, as a plugin contributes it. */
export function storageSuite(storage: StorageDefinition, options: StorageSuiteOptions<StorageCase>): Suite {
  const { reads = (same: object) => same } = options
  const sources: SourceSubject[] = []
  return createSuite<StorageSubject, StorageCase>({
    title: `the storage ${storage.name}`,
    cases: { ...always, ...(options.unwritable === undefined ? {} : unwritable) },
    options,
    open: async () => {
      const sourceAt = async (sink: SinkSubject, given: object) => {
        const { project, patience } = options
        const suite = {
          options: reads(given),
          ...(project === undefined ? {} : { project }),
          ...(patience === undefined ? {} : { patience }),
        }
        const source = await SourceSubject.open(sourceOf(storage), suite, sink.place)
        sources.push(source)
        return source
      }
      const holder: { sink?: SinkSubject; subject?: StorageSubject } = {}
      const read = async (given: object): Promise<readonly Row[] | undefined> => {
        const source = await sourceAt(holder.sink as SinkSubject, given)
        // A target that is not there yet cannot be read either.
        return source.read().then(
          ({ rows }) => rows,
          (error: unknown) => {
            if (holder.subject !== undefined) holder.subject.failure = error
            return undefined
          },
        )
      }
      const sink = await SinkSubject.open(sinkOf(storage), { ...options, read } as SinkSuiteOptions)
      holder.sink = sink
      holder.subject = {
        sink,
        written: async () => {
          const place = sink.fresh()
          await sink.write(place, options.rows)
          return sourceAt(sink, place.given)
        },
        failure: undefined,
      }
      return holder.subject
    },
    close: async ({ sink }) => {
      await Promise.all(sources.map((source) => source.close()))
      await sink.close()
    },
  })
}

function prefixed<Subject, Name extends string, const Prefix extends string>(
  prefix: Prefix,
  cases: Readonly<Record<Name, Check<Subject>>>,
  subjectOf: (subject: StorageSubject) => Promise<Subject>,
): Readonly<Record<`${Prefix}: ${Name}`, Check<StorageSubject>>> {
  const entries = Object.entries<Check<Subject>>(cases).map(([name, run]) => [
    `${prefix}: ${name}`,
    async (subject: StorageSubject) => {
      subject.failure = undefined
      try {
        await run(await subjectOf(subject))
      } catch (error) {
        if (subject.failure === undefined) throw error
        const what = `${describeFailure(error)}\nIts source failed at what its sink wrote: ${describeFailure(subject.failure)}`
        throw new AssertionError({ message: what })
      }
    },
  ])
  return Object.fromEntries(entries)
}
