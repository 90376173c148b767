// A plugin that tries to get out of its process. Each operator does what its option says, in the process that it runs in.
import { execSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import os from 'node:os'
import { kill } from 'node:process'
import v8 from 'node:v8'
import { Worker } from 'node:worker_threads'
import {
  column,
  createToken,
  defineErrors,
  defineOperator,
  definePlugin,
  GlobalOperator,
  LOGGER,
  PROJECT,
  provide,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'

const escapeError = defineErrors({
  MAESTRO_ESCAPE_ODD: {
    message: (d) => `${d.n} is odd.`,
    hint: () => 'Double it.',
  },
})

const connected = (options) =>
  new Promise((resolve, reject) => {
    connect(options)
      .on('connect', function () {
        this.end()
        resolve('connected')
      })
      .on('error', reject)
  })

const attempts = {
  read: ({ path }) => readFileSync(path, 'utf8'),
  realPath: async ({ path }) => (await import('node:fs')).realpathSync(path),
  readThroughUrl: ({ path }) => readFileSync(new URL(`file://${path}`), 'utf8'),
  readInPromise: async ({ path }) => (await import('node:fs/promises')).readFile(path, 'utf8'),
  importFile: async ({ path }) => JSON.stringify(await import(path)),
  readOwnMemory: () => readFileSync('/proc/self/environ', 'utf8'),
  write: ({ path }) => writeFileSync(path, 'written'),
  link: ({ path }) => symlinkSync(path, new URL('./link', import.meta.url)),
  command: ({ path }) => execSync(`cat ${path}`).toString(),
  worker: () => new Worker('1', { eval: true }) && 'started',
  addon: ({ path }) => process.dlopen({ exports: {} }, path),
  binding: () => Object.keys(process.binding('fs')).join(),
  linkedBinding: () => process._linkedBinding('fs'),
  signal: () => process.kill(process.ppid, 0),
  importedSignal: () => kill(process.ppid, 0),
  rawSignal: () => process._kill(process.ppid, 0),
  debugger: () => process._debugProcess(process.ppid),
  restoredSignal: () => {
    process.kill = () => 'changed'
    return process.kill(process.ppid, 0)
  },
  priority: () => os.setPriority(process.ppid, 19),
  engineFlags: () => v8.setFlagsFromString('--allow-natives-syntax'),
  inspector: async () => (await import('node:inspector')).open(0),
  wasi: async () => new (await import('node:wasi')).WASI({ version: 'preview1' }),
  database: async ({ path }) => {
    const { DatabaseSync } = await import('node:sqlite')
    new DatabaseSync(path).exec('create table t (a)')
  },
  loader: async () => (await import('node:module')).register('data:text/javascript,'),
  hookedRequire: async ({ path }) => (await import('node:module')).createRequire(import.meta.url)(path),
  environment: () => JSON.stringify(process.env),
  network: ({ port }) =>
    new Promise((resolve, reject) => {
      connect(port, '127.0.0.1')
        .on('connect', function () {
          this.end()
          resolve('connected')
        })
        .on('error', reject)
    }),
  connectTo: ({ host, port }) => connected({ host, port }),
  pageOf: async ({ host, port }) => (await fetch(`http://${host}:${port}`)).text(),
  ownLookup: ({ host, port }) =>
    connected({ host: 'localhost', port, lookup: (_name, _options, done) => done(null, [{ address: host, family: 4 }]) }),
  changingOptions: ({ host, port }) => {
    let reads = 0
    return connected({
      port,
      get host() {
        return reads++ === 0 ? 'localhost' : host
      },
    })
  },
  replacedMethods: ({ host, port }) => {
    const { has } = Set.prototype
    const { toLowerCase, endsWith } = String.prototype
    Set.prototype.has = String.prototype.endsWith = () => true
    String.prototype.toLowerCase = () => 'localhost'
    try {
      return connected({ host, port })
    } finally {
      Set.prototype.has = has
      Object.assign(String.prototype, { toLowerCase, endsWith })
    }
  },
  handleOfConnection: async ({ host, port }) => {
    const { createHook } = await import('node:async_hooks')
    const requests = []
    const hook = createHook({ init: (_id, type, _trigger, resource) => type === 'TCPCONNECTWRAP' && requests.push(resource) })
    hook.enable()
    const socket = connect({ host: 'localhost', port })
    await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject))
    hook.disable()
    const { constructor } = socket._handle
    const result = new constructor(0).connect(new requests[0].constructor(), host, port)
    socket.destroy()
    return result === 0 ? 'connected' : 'refused'
  },
  lookUp: async ({ host }) => (await import('node:dns')).promises.lookup(host),
  listen: () =>
    new Promise((resolve, reject) =>
      createServer()
        .on('error', reject)
        .listen(0, () => resolve('listens')),
    ),
  listenOnFile: ({ path }) => createServer().listen(path),
  socketFile: ({ path }) => connect(path),
  socketFileByHttp: async ({ path }) => (await import('node:http')).get({ socketPath: path, path: '/' }),
  page: ({ port }) =>
    fetch(`http://127.0.0.1:${port || 80}`).catch((error) => {
      throw error.cause ?? error
    }),
  http2: async () => (await import('node:http2')).connect('http://127.0.0.1:80').destroy(),
  serverHandle: async () => (await import('node:net')).default._createServerHandle('127.0.0.1', 0, 4),
  datagram: async () => (await import('node:dgram')).createSocket('udp4').send('x', 9, '127.0.0.1'),
  name: async () => (await import('node:dns')).promises.lookup('localhost'),
  resolver: async () => new (await import('node:dns/promises')).Resolver().resolve4('localhost'),
  openHandles: () => process._getActiveHandles().length,
  replaceProcess: () => process.execve('/bin/sh', ['sh', '-c', 'true'], {}),
  report: ({ path }) => process.report.writeReport(`${path}.report`),
  loadEnvironment: ({ path }) => process.loadEnvFile(path),
  exit: () => process.exit(7),
  nonsense: () => {
    const messages = [null, 1, 'x', {}, { answer: 1e9 }, { ask: 1, method: 'constructor', body: '1' }]
    const commands = [{ cmd: 'NODE_HANDLE_ACK' }, { cmd: 'NODE_HANDLE', type: 'net.Socket' }]
    const forged = [
      { ask: 99, method: 'ask', body: '{}' },
      { answer: 2e9, error: '{"code":{},"message":1}' },
    ]
    for (const message of [...messages, ...commands, ...forged]) writeSync(3, `${JSON.stringify(message)}\n`)
    writeSync(3, 'no JSON\n')
    return 'sent'
  },
}

const attempt = defineOperator({
  name: 'escape.attempt',
  kind: 'map',
  options: { attempt: z.enum(Object.keys(attempts)), path: z.string().default(''), port: z.int().default(0), host: z.string().default('') },
  adds: { result: 'string' },
  create: (options) => async (row) => ({ ...row, result: String(await attempts[options.attempt](options)) }),
})

const START = createToken('escape.start')
const add = defineOperator({
  name: 'escape.add',
  kind: 'map',
  version: '3',
  options: { input: column('number'), by: z.number().default(1), output: z.string() },
  adds: { '{output}': 'number' },
  inject: [START, LOGGER, PROJECT],
  create:
    ({ input, by, output }, [start]) =>
    (row) => ({ ...row, [output]: start + row[input] + by }),
})
const even = defineOperator({
  name: 'escape.even',
  kind: 'filter',
  options: { input: column('number') },
  create:
    ({ input }) =>
    (row, { drop }) =>
      row[input] % 2 === 0 || drop('it is odd'),
})
const twice = defineOperator({
  name: 'escape.twice',
  kind: 'flatMap',
  options: {},
  adds: { part: 'integer' },
  create: () =>
    async function* (row) {
      const part = { ...row }
      for (part.part = 0; part.part < 2; part.part++) yield part
    },
})
const halves = defineOperator({
  name: 'escape.halves',
  kind: 'mapBatches',
  options: { input: column('number') },
  adds: { half: 'number', batch: 'integer' },
  batchSize: () => 3,
  create:
    ({ input }) =>
    (rows) =>
      rows.map((row) =>
        row[input] % 2 === 1
          ? escapeError('MAESTRO_ESCAPE_ODD', { n: row[input], exact: 1n })
          : { ...row, half: row[input] / 2, batch: rows.length },
      ),
})
const ask = defineOperator({
  name: 'escape.ask',
  kind: 'map',
  options: { serving: z.string().default('default'), image: z.string().optional() },
  adds: { answer: 'string' },
  servings: () => [{ kind: 'llm', name: 'default' }],
  inject: [SERVINGS],
  create: ({ serving, image }, [servings]) => {
    const model = servings.get(serving, 'llm')
    return async (row, context) => {
      const parts = [{ type: 'text', text: `${row.n}?` }, ...(image ? [{ type: 'image', data: image }] : [])]
      const { text } = await model.generate(
        { messages: [{ role: 'user', content: parts }] },
        { ...context, run: 'other' },
      )
      return { ...row, answer: text }
    }
  },
})

/** Reverses the rows, in two passes, and does with the others what its option says. */
class Reversed extends GlobalOperator {
  #attempt
  constructor(attempt) {
    super()
    this.#attempt = attempt
  }
  async *process(rows, context) {
    let count = 0
    for await (const batch of rows) count += batch.rows.length
    context.warn(`${count} rows of ${context.origin}`)
    if (this.#attempt === 'read') readFileSync('/etc/hostname')
    const batches = []
    for await (const batch of rows) batches.push(batch)
    for (const { ids, rows: some } of batches.reverse()) {
      const kept = ids.map((id, index) => ({ id, row: some[index] })).reverse()
      const chosen = kept.filter(({ id, row }) => {
        if (row.n === 0) context.reject(id, row, escapeError('MAESTRO_ESCAPE_ODD', { n: 0 }))
        if (row.n === 1) context.dropped(id, 'it is one')
        return row.n > 1
      })
      if (this.#attempt === 'twice') chosen.push(...chosen)
      yield { ids: chosen.map(({ id }) => id), rows: chosen.map(({ row }) => ({ ...row, count })) }
    }
  }
}
const reversed = defineOperator({
  name: 'escape.reversed',
  kind: 'opaque',
  options: { attempt: z.string().default('') },
  create: (options) => new Reversed(options.attempt),
})
const few = defineOperator({
  name: 'escape.few',
  kind: 'table',
  options: { where: z.string(), seed: z.any().optional() },
  create:
    ({ where, seed }) =>
    () => [{ kind: 'filter', where }, ...(seed === undefined ? [] : [{ kind: 'sample', count: 1, seed }])],
})

const plugin = definePlugin({
  name: 'maestro-plugin-escape',
  options: z.object({ start: z.number().default(0) }),
  operators: [attempt, add, even, twice, halves, ask, reversed, few],
  provides: ({ options }) => [provide(START, () => options.start)],
})

export { plugin as default }
