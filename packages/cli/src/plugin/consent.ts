import {
  acceptPlugins,
  changesSince,
  type DiscoveredPlugin,
  type Maestro,
  officialPlugins,
  permissionLines,
  readPermissionLock,
} from '@maestro-dataflow/core/runtime'
import { printMessage } from '../terminal/print.js'
import { confirm, hasTerminal } from './confirm.js'

/** A package that the user should know about before its code runs. */
interface PendingPlugin {
  readonly plugin: DiscoveredPlugin
  /** What it asks for, or what it asks for in addition to what was accepted. */
  readonly lines: readonly string[]
  readonly changed: boolean
}

/**
 * Shows what packages ask for before their first use, and when it has changed. On a terminal, the user is asked. Elsewhere,
 * a note says how to record a new package; core does not load one that has changed.
 */
export async function askConsent(project: Maestro): Promise<void> {
  const { directory } = await project.config()
  const pending = await pendingPlugins(await project.plugins(), directory)
  const accepted: DiscoveredPlugin[] = []
  for (const { plugin, lines, changed } of pending) {
    if (!hasTerminal() && changed) continue
    printMessage(
      `${plugin.name} ${plugin.version ?? ''} ${changed ? 'has changed since you accepted it, and now asks for' : 'asks for'}:\n${lines.map((line) => `  ${line}\n`).join('')}Nothing holds it to this, unless the config has permissions: { '${plugin.name}': 'enforce' }.\n`,
    )
    if (!hasTerminal()) printMessage(`To record this, run: maestro plugin allow ${plugin.name}\n`)
    else if (await confirm('Accept this, and record it in maestro.lock.json?')) accepted.push(plugin)
  }
  if (accepted.length > 0) await acceptPlugins(directory, accepted)
}

async function pendingPlugins(
  plugins: readonly DiscoveredPlugin[],
  directory: string,
): Promise<readonly PendingPlugin[]> {
  const lock = await readPermissionLock(directory)
  const pending: PendingPlugin[] = []
  for (const plugin of plugins.filter(({ origin }) => origin === 'package')) {
    const accepted = lock[plugin.name]
    if (accepted !== undefined) {
      const lines = await changesSince(plugin, accepted)
      if (lines.length > 0) pending.push({ plugin, lines, changed: true })
    } else if (!officialPlugins.includes(plugin.name)) {
      const lines = permissionLines(plugin.manifest?.permissions)
      if (lines.length > 0) pending.push({ plugin, lines, changed: false })
    }
  }
  return pending
}
