import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { maestro } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../docs/ai-operators.md'), 'utf8')
const parts = new Map(page.split(/^## /m).map((part) => [part.slice(0, part.indexOf('\n')), part]))
const common = parts.get('Common behavior and options') ?? ''

test('docs/ai-operators.md describes every operator, prompt, and option of plugin-ai', async () => {
  const project = maestro({ plugins: [ai], logLevel: 'silent' })
  const contributions = await project.contributionsOf('@maestro-dataflow/plugin-ai')
  expect(contributions.length).toBeGreaterThan(20)
  for (const { kind, name, definition } of contributions) {
    const part = parts.get(name.replace('.prompt', '')) ?? ''
    expect(part, `a part for ${name}`).not.toBe('')
    if (kind !== 'operators') {
      expect(part, name).toContain(`\`${name}\``)
      continue
    }
    for (const option of optionsOf(definition)) {
      const described = part.includes(`\`${option}\``) || common.includes(`\`${option}\``)
      expect(described, `option ${option} of ${name}`).toBe(true)
    }
  }
})

function optionsOf(definition: object): readonly string[] {
  const { options } = definition as {
    options: {
      '~standard': { jsonSchema: { input(how: object): { properties?: object; anyOf?: { properties: object }[] } } }
    }
  }
  const json = options['~standard'].jsonSchema.input({
    target: 'draft-2020-12',
    libraryOptions: { unrepresentable: 'any' },
  })
  return [json, ...(json.anyOf ?? [])].flatMap(({ properties = {} }) => Object.keys(properties))
}
