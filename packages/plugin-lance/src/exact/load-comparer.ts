import type { Comparer } from './nearest.js'

/** ONNX Runtime if the package is installed, or otherwise JavaScript. */
export async function loadComparer(onMissing?: () => void): Promise<Comparer> {
  const { OnnxComparer } = await import('./onnx-comparer.js')
  const native = await OnnxComparer.load()
  if (native !== undefined) return native
  onMissing?.()
  const { PlainComparer } = await import('./plain-comparer.js')
  return new PlainComparer()
}
