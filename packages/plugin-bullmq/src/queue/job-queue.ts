import { type Job, Queue, QueueEvents, Worker } from 'bullmq'
import { isPostgres, type ServerOptions } from '../server-options.js'
import { createPostgresBackend } from './postgres-backend.js'

/** What a job says: which partition is to be run. The rows are in a file. */
export interface PartitionJob {
  readonly partition: string
  readonly index: number
  /** How often the partition was sent, with this time. */
  readonly attempt: number
  /** Whether nothing may run beside it, because workers have ended while they had it. */
  readonly alone: boolean
}

/** The parts of a queue that this package uses, whichever server holds it. */
export interface JobQueue {
  add(id: string, job: PartitionJob): Promise<void>
  has(id: string): Promise<boolean>
  /** Calls a listener when a job has ended. `reason` is given if it failed for good. */
  onEnd(listener: (id: string, reason: string | undefined) => void): void
  /** Calls a listener when the server cannot be reached. */
  onError(listener: (error: Error) => void): void
  remove(): Promise<void>
  close(): Promise<void>
}

/** A worker on a queue. */
export interface JobWorker {
  onError(listener: (error: Error) => void): void
  /** Waits for the jobs in progress, or leaves them to others. */
  close(force: boolean): Promise<void>
}

const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true }
/** Where a queue is, and how long a worker may be silent. */
export interface QueuePlace extends ServerOptions {
  /** In milliseconds. */
  readonly lease: number
}

/** How long a connection without news waits for the server before it asks again, in milliseconds. */
const longestWaitOf = ({ lease }: QueuePlace): number => Math.min(5000, lease)
/**
 * A server that answers nothing for this time is away, although its connection is open: the network has lost it without a
 * word. In milliseconds.
 */
const silenceOf = (place: QueuePlace): number => longestWaitOf(place) + 3000

/** A queue on a Redis or PostgreSQL server. */
export function openQueue(name: string, options: QueuePlace): JobQueue {
  const events = { blockingTimeout: longestWaitOf(options) }
  return isPostgres(options)
    ? asQueue(
        new Queue(name, { connection: postgresOf(options), skipWaitingForReady: true }, createPostgresBackend),
        new QueueEvents(name, { connection: postgresOf(options), ...events }, createPostgresBackend),
      )
    : asQueue(
        new Queue(name, { connection: redisOf(options), prefix: `{${options.namespace}}` }),
        new QueueEvents(name, { connection: redisOf(options), prefix: `{${options.namespace}}`, ...events }),
      )
}

/** Runs the jobs of a queue, several at once. */
export function openJobWorker(
  name: string,
  options: QueuePlace,
  concurrency: number,
  run: (job: PartitionJob) => Promise<void>,
): JobWorker {
  const settings = {
    concurrency,
    lockDuration: options.lease,
    // BullMQ compares the clocks of the server and of this machine, and renews no lease where the latter is behind.
    skipLockRenewal: true,
    stalledInterval: options.lease / 2,
    // The process of the run decides how a partition goes on whose worker is silent.
    maxStalledCount: 0,
    // In seconds.
    drainDelay: longestWaitOf(options) / 1000,
    // After a fault of the server.
    runRetryDelay: 1000,
  }
  const process = async (job: Job<PartitionJob>, token = '') => {
    const renewal = setInterval(() => {
      job.extendLock(token, options.lease).catch((error: unknown) => worker.emit('error', error as Error))
    }, options.lease / 4)
    await run(job.data).finally(() => clearInterval(renewal))
  }
  const worker = isPostgres(options)
    ? new Worker(name, process, { ...settings, connection: postgresOf(options) }, createPostgresBackend)
    : new Worker(name, process, { ...settings, connection: redisOf(options), prefix: `{${options.namespace}}` })
  return {
    onError: (listener) => void worker.on('error', listener),
    close: (force) => worker.close(force),
  }
}

/** The tables are made when they are first needed, in a schema of their own. */
function postgresOf(place: QueuePlace) {
  const { url, namespace } = place
  const silence = silenceOf(place)
  const patience = { connectionTimeoutMillis: silence, query_timeout: silence, keepAlive: true }
  return { connectionString: url, schema: `${namespace}_queue`, migrate: true, ...patience }
}

/** A worker's connection waits for the server as long as it takes, on a new connection if one is lost. */
function redisOf(place: QueuePlace) {
  const silence = silenceOf(place)
  const retryStrategy = (times: number) => Math.min(50 * 2 ** times, 2000)
  const { url } = place
  return { url, maxRetriesPerRequest: null, connectTimeout: silence, socketTimeout: silence, retryStrategy }
}

interface AnyQueue {
  add(name: string, job: PartitionJob, options: object): Promise<unknown>
  getJob(id: string): Promise<unknown>
  obliterate(options: { readonly force: boolean }): Promise<void>
  close(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

interface AnyEvents {
  on(event: 'completed', listener: (event: { readonly jobId: string }) => void): unknown
  on(event: 'failed', listener: (event: { readonly jobId: string; readonly failedReason: string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

function asQueue(queue: AnyQueue, events: AnyEvents): JobQueue {
  return {
    async add(id, job) {
      await queue.add('partition', job, { ...jobOptions, jobId: id })
    },
    has: async (id) => (await queue.getJob(id)) !== undefined,
    onEnd(listener) {
      events.on('completed', ({ jobId }) => listener(jobId, undefined))
      events.on('failed', ({ jobId, failedReason }) => listener(jobId, failedReason))
    },
    onError(listener) {
      queue.on('error', listener)
      events.on('error', listener)
    },
    remove: () => queue.obliterate({ force: true }),
    async close() {
      await Promise.all([queue.close(), events.close()])
    },
  }
}
