declare module 'picomatch' {
  function picomatch(pattern: string, options?: { readonly dot?: boolean }): (path: string) => boolean
  namespace picomatch {
    function scan(pattern: string): { readonly base: string; readonly glob: string }
  }
  export = picomatch
}
