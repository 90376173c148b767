#!/usr/bin/env node
import module from 'node:module'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`maestro needs Node 22.18 or newer; this is ${process.version}.`)
  console.error(
    'Install a newer one from https://nodejs.org, or for this project alone: npm install --save-dev node@24',
  )
  process.exit(1)
}
// Deno has none.
module.enableCompileCache?.()
const [{ main }, { ignoreClosedOutputs }] = await Promise.all([import('#main'), import('#closed-outputs')])
ignoreClosedOutputs()
process.exitCode = await main(process.argv.slice(2), { supervised: false })
