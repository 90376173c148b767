#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`create-maestro needs Node 22.18 or newer; this is ${process.version}.`)
  console.error('Install a newer one from https://nodejs.org.')
  process.exit(1)
}
const { main } = await import('#main')
process.exitCode = await main(process.argv.slice(2))
