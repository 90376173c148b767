const commands = 'maestro maestro-dataflow'

/** The shells ask `maestro complete`, and complete the names of files where it answers nothing. */
const scripts = {
  bash: `_maestro() {
  local IFS=$'\\n'
  COMPREPLY=($(maestro complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _maestro ${commands}
`,
  zsh: `_maestro() {
  local -a found
  found=(\${(f)"$(maestro complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -a found; else _files; fi
}
if ! (( \${+functions[compdef]} )); then autoload -Uz compinit && compinit; fi
compdef _maestro ${commands}
`,
  fish: `function __maestro_complete
  set -l words (commandline -opc) (commandline -ct)
  maestro complete -- $words[2..] 2>/dev/null
end
complete -c maestro -a '(__maestro_complete)'
complete -c maestro-dataflow -a '(__maestro_complete)'
`,
}

/** The script that a shell loads. */
export function completionScript(shell: keyof typeof scripts): string {
  return scripts[shell]
}
