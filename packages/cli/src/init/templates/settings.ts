/** `tsconfig.json`, so that the editor checks what Node.js runs. */
export const tsconfig = `{
  "compilerOptions": {
    "target": "ES2024",
    "lib": ["ES2024"],
    "module": "NodeNext",
    "types": ["node"],
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["*.ts", "*.mts", "pipelines", "plugins"]
}
`

/** `.gitignore` */
export const gitignore = `node_modules/
.maestro/
kb/
out/
`
