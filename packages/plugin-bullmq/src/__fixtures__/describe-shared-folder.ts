import { expect, test } from 'vitest'
import type { SharedFolder } from '../folder/shared-folder.js'

/** What every shared folder must do. @param open Opens the same folder, as another process does. */
export function describeSharedFolder(open: () => SharedFolder): void {
  test('a file is written, replaced, read, and removed', async () => {
    const folder = open()
    expect(await folder.read('a/file.json')).toBeUndefined()
    expect(await folder.has('a/file.json')).toBe(false)
    await folder.write('a/file.json', 'first')
    await folder.write('a/file.json', 'zweite Zeile: ä & €\n')
    expect(await open().read('a/file.json')).toBe('zweite Zeile: ä & €\n')
    expect(await folder.has('a/file.json')).toBe(true)
    await folder.remove('a/file.json')
    await folder.remove('a/file.json')
    expect(await open().read('a/file.json')).toBeUndefined()
  })

  test('of several writers that create a file, one succeeds, and its content stays', async () => {
    const writers = Array.from({ length: 8 }, open)
    const created = await Promise.all(writers.map((writer, by) => writer.create('b/result.json', `by ${by}`)))
    expect(created.filter(Boolean)).toHaveLength(1)
    expect(await open().read('b/result.json')).toBe(`by ${created.indexOf(true)}`)
    expect(await open().create('b/result.json', 'late')).toBe(false)
    expect(await open().read('b/result.json')).toBe(`by ${created.indexOf(true)}`)
  })

  test('it lists the files of a folder with their age, and removes them all', async () => {
    const folder = open()
    expect(await folder.list('c', 'clocks/me')).toEqual([])
    const names = Array.from({ length: 5 }, (_, n) => `host.example-${n}.json`)
    await Promise.all(names.map((name) => folder.write(`c/${name}`, name)))
    await folder.write('c/below/other.json', '')
    await folder.write('clocks/me', '')
    const files = await open().list('c', 'clocks/me')
    expect(files.map(({ name }) => name).filter((name) => name !== 'below')).toEqual(names)
    for (const { age } of files) expect(age).toBeLessThan(5000)
    await folder.removeAll('c')
    expect((await open().list('c', 'clocks/me')).filter(({ name }) => names.includes(name))).toEqual([])
  })
}
