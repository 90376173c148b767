// A plugin that tries what an attacker with knowledge of Node.js would try. Each attempt returns what it got.
import { createHook, executionAsyncResource } from 'node:async_hooks'
import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import inspector from 'node:inspector'
import module, { createRequire, enableCompileCache, registerHooks } from 'node:module'
import net from 'node:net'
import { run as runTests } from 'node:test'
import tls from 'node:tls'
import traceEvents from 'node:trace_events'
import v8 from 'node:v8'
import vm from 'node:vm'
import { Worker } from 'node:worker_threads'
import { defineOperator, definePlugin } from '@maestro-dataflow/core'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const ended = (emitter, good) =>
  new Promise((resolve, reject) => {
    emitter.on(good, () => resolve(good))
    emitter.on('error', reject)
  })

const attempts = {
  openAsBlob: async ({ path }) => (await fs.openAsBlob(path)).text(),
  stream: ({ path }) => Array.fromAsync(fs.createReadStream(path)).then(String),
  descriptor: ({ path }) => String(fs.readSync(fs.openSync(path), Buffer.alloc(9))),
  copy: ({ path, out }) => fs.cpSync(path, out),
  hardLink: ({ path, out }) => fs.linkSync(path, out),
  throughOwnLink: ({ path }) => { const link = new URL('./own-link', import.meta.url); fs.symlinkSync(path, link); return fs.readFileSync(link, 'utf8') },
  folderAbove: ({ path }) => fs.readFileSync(new URL(`./../../node_modules/../${path.split('/').at(-1)}`, import.meta.url), 'utf8'),
  pathOfBytes: ({ path }) => fs.readFileSync(Buffer.from(path), 'utf8'),
  changingPath: ({ path }) => { let reads = 0; const own = new URL(import.meta.url); return fs.readFileSync({ __proto__: URL.prototype, href: own.href, protocol: 'file:', hostname: '', get pathname() { return reads++ === 0 ? own.pathname : path }, toString: () => path }, 'utf8') },
  watch: ({ path }) => ended(fs.watch(path), 'change'),
  folder: ({ path }) => fs.readdirSync(path.slice(0, path.lastIndexOf('/'))).join(),
  realPathLater: ({ path }) => fs.promises.realpath(path),
  importJson: async ({ path }) => JSON.stringify((await import(path, { with: { type: 'json' } })).default),
  importData: async ({ path }) => (await import(`data:text/javascript,import fs from 'node:fs'; export default fs.readFileSync(${JSON.stringify(path)}, 'utf8')`)).default,
  hooks: async ({ path }) => { registerHooks({ load: (url, context, next) => (url.endsWith('own.js') ? { format: 'module', source: `export { default } from ${JSON.stringify(path)}`, shortCircuit: true } : next(url, context)), resolve: (name, context, next) => (name === 'own.js' ? { url: 'file:///own.js', shortCircuit: true } : next(name, context)) }); return (await import('own.js')).default },
  sandbox: ({ path }) => vm.runInThisContext(`(require) => require('node:fs').readFileSync(${JSON.stringify(path)}, 'utf8')`)(require),
  sandboxedFunction: ({ path }) => vm.runInNewContext('this.constructor.constructor("return process")()').getBuiltinModule('node:fs').readFileSync(path, 'utf8'),
  builtinModule: ({ path }) => process.getBuiltinModule('node:child_process').execFileSync('/bin/cat', [path]).toString(),
  mainModule: ({ path }) => require.main?.require?.('node:child_process').execFileSync('/bin/cat', [path]).toString() ?? module._load('node:child_process').execFileSync('/bin/cat', [path]).toString(),
  spawned: ({ path }) => ended(childProcess.spawn('/bin/cp', [path, `${path}.copy`]), 'exit'),
  forked: () => ended(childProcess.fork(new URL(import.meta.url)), 'spawn'),
  clustered: () => ended(cluster.fork(), 'online'),
  testRunner: async ({ path }) => { const events = await Array.fromAsync(runTests({ files: [path], isolation: 'process' })); return JSON.stringify(events.map(({ type }) => type)) },
  workerOfData: () => ended(new Worker(new URL('data:text/javascript,')), 'online'),
  session: () => { const session = new inspector.Session(); session.connect(); return 'connected' },
  compileCache: ({ out }) => JSON.stringify(enableCompileCache(out)),
  heapSnapshot: ({ out }) => v8.writeHeapSnapshot(out),
  snapshotAtLimit: () => v8.setHeapSnapshotNearHeapLimit(1) ?? 'set',
  trace: () => { traceEvents.createTracing({ categories: ['node'] }).enable(); return 'enabled' },
  reportOfFailure: ({ out }) => { process.report.directory = out; process.report.reportOnFatalError = true; return process.report.writeReport('report.json') },
  addon: ({ path }) => { const addon = `${path}.node`; return require(addon) },
  extension: ({ path }) => { require.extensions['.txt'] = require.extensions['.node']; return require(path) },
  internalBinding: () => String(process.binding('spawn_sync').spawn),
  titles: () => process.env.MAESTRO_TEST_KEY ?? Object.keys(process.env).filter((name) => name.startsWith('MAESTRO')).join(),
  environmentOfParent: () => fs.readFileSync(`/proc/${process.ppid}/environ`, 'utf8'),
  memoryOfParent: () => fs.openSync(`/proc/${process.ppid}/mem`, 'r+') && 'opened',
  rootOfSystem: ({ path }) => fs.readFileSync(`/proc/self/root${path}`, 'utf8'),
  abortParent: () => process.kill(process.ppid, 'SIGTERM'),
  killGroup: () => process.kill(-process.ppid, 'SIGKILL'),
  reboundKill: () => Reflect.apply(Object.getPrototypeOf(process).kill ?? process.reallyExit.constructor.prototype.kill ?? process.kill, process, [process.ppid, 0]),
  webSocket: ({ port }) => new Promise((resolve, reject) => { const socket = new WebSocket(`ws://127.0.0.1:${port}`); socket.onopen = () => resolve('open'); socket.onerror = (event) => reject(event.error?.cause ?? event.error ?? event) }),
  createConnection: ({ port }) => ended(http.get({ port, createConnection: (options) => new net.Socket().connect(options.port) }), 'response'),
  agent: ({ port }) => ended(new http.Agent().createConnection({ host: '127.0.0.1', port }), 'connect'),
  secure: ({ port }) => ended(tls.connect({ host: '127.0.0.1', port }), 'secureConnect'),
  abstractSocket: () => ended(net.connect({ path: '\0maestro' }), 'connect'),
  prototypeOfHandle: async ({ path }) => { const handles = []; const hook = createHook({ init: (_id, _type, _trigger, resource) => void handles.push(resource) }).enable(); await new Promise((resolve) => setImmediate(resolve)); hook.disable(); for (const handle of [executionAsyncResource(), ...handles]) if (typeof handle?.constructor?.prototype?.connect === 'function') { const made = new handle.constructor(0); return `connected ${made.connect({}, path)}` } return 'none' },
  replacedConnect: ({ port }) => { Object.defineProperty(net.Socket.prototype, 'connect', { value: () => 'mine' }); return net.connect(port) },
  name: () => dns.promises.lookup('example.com'),
  nameServer: () => new Promise((resolve, reject) => new dns.Resolver().resolve4('example.com', (error, found) => (error ? reject(error) : resolve(found)))),
  grant: () => { process.permission.has = () => true; Object.defineProperty(process, 'permission', { value: { has: () => true } }); return fs.readFileSync('/etc/hostname', 'utf8') },
}

/** What harms the project by what it sends back. */
const answers = {
  pollution: (row) => ({ ...row, result: JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}}') }),
  getter: (row) => ({ ...row, get result() { throw new RangeError('a getter') } }),
  proxy: (row) => new Proxy({ ...row, result: 'x' }, { ownKeys: () => { throw new RangeError('a trap') } }),
  deep: (row) => { let result = {}; for (let level = 0; level < 100_000; level++) result = { result }; return { ...row, result } },
  circular: (row) => { const result = {}; result.result = result; return { ...row, result } },
  nothing: () => undefined,
  text: () => 'no row',
  throwsNull: () => { throw null },
  throwsProxy: () => { throw new Proxy({}, { get: () => { throw new RangeError('unreadable') } }) },
  forgedStop: () => { throw Object.assign(new RangeError('forged'), { code: 'MAESTRO_RUN_ABORTED', stopsRun: true }) },
  endlessLoop: () => { for (;;); },
  never: () => new Promise(() => undefined),
  crash: () => process.abort(),
  noise: (row) => {
    for (let line = 0; line < 200; line++)
      for (let tries = 0; tries < 1000; tries++)
        try {
          fs.writeSync(3, `${'x'.repeat(100)}\n`)
          break
        } catch (error) {
          // The pipe is full for a moment.
          if (error.code !== 'EAGAIN') throw error
        }
    return { ...row, result: 'x' }
  },
}

const options = { attempt: z.string(), path: z.string().default(''), out: z.string().default(''), port: z.int().default(0) }
const attempt = defineOperator({
  name: 'break-out.attempt',
  kind: 'map',
  options,
  adds: { result: 'string' },
  create: (given) => async (row) => ({ ...row, result: String(await attempts[given.attempt](given)) }),
})
const answer = defineOperator({
  name: 'break-out.answer',
  kind: 'map',
  options: { answer: z.enum(Object.keys(answers)) },
  adds: { result: 'json' },
  create: (given) => (row) => (row.n === 1 ? answers[given.answer](row) : { ...row, result: 'fine' }),
})

export default definePlugin({ name: 'maestro-plugin-break-out', operators: [attempt, answer] })
