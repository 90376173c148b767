/*
 * The ONNX graph of an exact search, written byte by byte since it is tiny:
 *
 *   scores = Gemm(queries, vectors transposed) + bias
 *   best, places = TopK(scores, k)
 *
 * `bias` is a number for each vector: what its length takes off, or minus infinity for one that a filter leaves out.
 */

const irVersion = 8
const operatorSet = 17
const float = 1
const int64 = 7

/** The graph's file, for vectors of any length and number. */
export function searchGraph(): Buffer {
  const graph = [
    message(1, node('Gemm', ['queries', 'vectors', 'bias'], ['scores'], { transB: 1 })),
    message(1, node('TopK', ['scores', 'k'], ['best', 'places'], { axis: 1 })),
    text(2, 'search'),
    message(11, value('queries', float, ['queryCount', 'dimensions'])),
    message(11, value('vectors', float, ['vectorCount', 'dimensions'])),
    message(11, value('bias', float, ['vectorCount'])),
    message(11, value('k', int64, [1])),
    message(12, value('places', int64, ['queryCount', 'found'])),
    message(12, value('best', float, ['queryCount', 'found'])),
  ]
  return Buffer.concat([integer(1, irVersion), message(8, integer(2, operatorSet)), message(7, Buffer.concat(graph))])
}

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number>>,
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, whole]) =>
      message(5, Buffer.concat([text(1, name), integer(3, whole), integer(20, 2)])),
    ),
  ])
}

function value(name: string, type: number, shape: readonly (number | string)[]): Buffer {
  const axes = shape.map((axis) => message(1, typeof axis === 'number' ? integer(1, axis) : text(2, axis)))
  const tensor = Buffer.concat([integer(1, type), message(2, Buffer.concat(axes))])
  return Buffer.concat([text(1, name), message(2, message(1, tensor))])
}

// The wire format of protocol buffers. All numbers here are below 128 or are lengths.
const key = (field: number, wireType: number) => varint((field << 3) | wireType)
const integer = (field: number, whole: number) => Buffer.concat([key(field, 0), varint(whole)])
const message = (field: number, content: Buffer) => Buffer.concat([key(field, 2), varint(content.length), content])
const text = (field: number, content: string) => message(field, Buffer.from(content))

/** Seven bits per byte, lowest bits first. */
function varint(whole: number): Buffer {
  const bytes: number[] = []
  let rest = whole
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}
