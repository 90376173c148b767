#!/usr/bin/env node
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`maestro needs Node 22.18 or newer; this is ${process.version}.`)
  process.exit(1)
}
module.enableCompileCache()
// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? 0)
})
const { main } = await import('../dist/main.js')
const exitCode = await main(process.argv.slice(2))
process.exitCode = exitCode
// What was stopped may have left work behind that nobody waits for.
if (exitCode === 130) process.stdout.write('', () => process.exit(exitCode))
