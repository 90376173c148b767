import { describeIssues, maestroError, type StorageCheckContext } from '@maestro-dataflow/core'
import { z } from 'zod'
import { ConnectionFields } from './connection-options.js'
import { withSession } from './open-session.js'
import { assertExists, connectionSettings } from './resolve-connection.js'

const connection = z.looseObject({ ...new ConnectionFields() })

/** Connects once. @returns the name and the version of the database */
export async function probe(options: unknown, context: StorageCheckContext): Promise<string> {
  const parsed = connection.safeParse(options)
  if (!parsed.success)
    throw maestroError('MAESTRO_PIPELINE_OPTIONS', {
      use: 'db',
      issues: describeIssues(parsed.error.issues, options),
    })
  const settings = connectionSettings({ ...parsed.data, retries: 0 }, context)
  assertExists(settings)
  return withSession(settings, async (session) => {
    return `${settings.shown} answers: ${await session.version()}`
  })
}
