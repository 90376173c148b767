import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/**
 * What an editor shows above words of a file.
 *
 * @param names The files of the program; the first one holds the words.
 * @param words Each as a text that the file holds once: the editor points at its first character.
 */
export function hoversOf(folder: string, names: readonly string[], words: readonly string[]): readonly string[] {
  const files = names.map((name) => join(folder, name))
  const [file = ''] = files
  const settings: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    types: [],
  }
  const service = ts.createLanguageService({
    getCompilationSettings: () => settings,
    getScriptFileNames: () => files,
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) =>
      ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8')) : undefined,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
  })
  const text = readFileSync(file, 'utf8')
  return words.map((word) => {
    const shown = service.getQuickInfoAtPosition(file, text.indexOf(word))
    return [...(shown?.displayParts ?? []), ...(shown?.documentation ?? [])].map((part) => part.text).join('')
  })
}
