import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hasComputedImport, moduleHashes } from './module-hashes.js'

/** A folder with files; the names of what belongs to `pipelines/work.ts` in it. */
function project(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-modules-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const read = () => moduleHashes(join(folder, 'pipelines/work.ts'), folder)
  const found = () =>
    Object.keys(read())
      .map((name) => name.replace('the file ', ''))
      .toSorted()
  return { folder, write, read, found }
}

test('the files that a pipeline imports, directly or not, belong to it', () => {
  const { write, read, found, folder } = project({
    'pipelines/work.ts': `import { a } from '../lib/a.ts'\nimport './effects.mjs'\nconst later = await import(\`../lib/later.ts\`)`,
    'lib/a.ts': `export * from './words.json'\nimport data from './words.json' with { type: 'json' }\nimport { loop } from '../pipelines/work.ts'`,
    'lib/words.json': '[]',
    'lib/later.ts': `require('./old.cjs')`,
    'lib/old.cjs': '',
    'pipelines/effects.mjs': '',
    'lib/unused.ts': '',
  })
  expect(found()).toEqual([
    'lib/a.ts',
    'lib/later.ts',
    'lib/old.cjs',
    'lib/words.json',
    'pipelines/effects.mjs',
    'pipelines/work.ts',
  ])
  const before = read()
  write('lib/old.cjs', '// changed')
  const { 'the file lib/old.cjs': changed, ...others } = read()
  expect(changed).not.toBe(before['the file lib/old.cjs'])
  expect(before).toMatchObject(others)
  expect(moduleHashes(join(folder, 'lib/words.json'), folder)).toEqual({})
})

test.each([
  ['an import of the package', `import '#compute'`, { imports: { '#compute': './lib/compute.ts' } }],
  ['a pattern of imports', `import '#lib/compute.js'`, { imports: { '#lib/*.js': { node: './lib/*.ts' } } }],
  [
    'the name of the package itself',
    `import 'mine/compute'`,
    { name: 'mine', exports: { './compute': './lib/compute.ts' } },
  ],
])('%s is followed', (_what, text, file) => {
  const { found } = project({
    'pipelines/work.ts': text,
    'package.json': JSON.stringify(file),
    'lib/compute.ts': `import './deeper'`,
    'lib/deeper.ts': '',
  })
  expect(found()).toEqual(['lib/compute.ts', 'lib/deeper.ts', 'pipelines/work.ts'])
})

test('the paths of tsconfig.json are followed', () => {
  const { found } = project({
    'pipelines/work.ts': `import { compute } from '@lib/compute'\nimport type { Row } from '@lib/types'`,
    'tsconfig.json': `{ /* ours */ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"], }, }, } // the end`,
    'lib/compute.ts': `import '../lib/below/index.js'`,
    'lib/below/index.ts': '',
    'lib/types.ts': '',
  })
  expect(found()).toEqual(['lib/below/index.ts', 'lib/compute.ts', 'pipelines/work.ts'])
})

test('a package is told by its version, and one of the project by its files', () => {
  const { found, read, folder } = project({
    'pipelines/work.ts': `import 'far'\nimport { near } from '@own/near'\nimport 'node:fs'\nimport 'not-there'`,
    'node_modules/far/package.json': '{ "version": "1.2.3" }',
    'packages/near/package.json': '{ "name": "@own/near", "exports": { "import": "./src/near.js" } }',
    'packages/near/src/near.js': '',
  })
  mkdirSync(join(folder, 'node_modules/@own'))
  symlinkSync(join(folder, 'packages/near'), join(folder, 'node_modules/@own/near'))
  expect(found()).toEqual(['packages/near/src/near.js', 'pipelines/work.ts', 'the package far'])
  expect(read()).toMatchObject({ 'the package far': '1.2.3' })
})

test('of a computed name, all modules of the folder belong to it', () => {
  const { found } = project({
    'pipelines/work.ts': `const words = await import(\`../words/\${language}.js\`)\nimport.meta.dirname`,
    'words/de.js': '',
    'words/en.js': '',
    'words/notes.md': '',
  })
  expect(found()).toEqual(['pipelines/work.ts', 'words/de.js', 'words/en.js'])
})

test.each([
  [`import(\`../words/\${language}.js\`)`, false],
  ['import(`../words/en.js`)', false],
  ['import("./a.js")', false],
  ['import(file)', true],
  [`require(\`\${folder}/words.js\`)`, true],
  [`import(\`../\${folder}/words.js\`)`, true],
])('whether it cannot be told what %s imports', (text, isComputed) => {
  expect(hasComputedImport(text)).toBe(isComputed)
})
