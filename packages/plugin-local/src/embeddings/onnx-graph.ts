// The wire format of protocol buffers, and the few messages of onnx.proto that a graph of weights and operators needs.

/** The length of each axis of a tensor; a name stands for a variable length. */
export type Shape = readonly (number | string)[]

const types = { float: 1, int64: 7 } as const
type ElementType = keyof typeof types

const irVersion = 8
const operatorSet = 17

/** Writes an ONNX model, operator by operator. */
export class OnnxGraph {
  readonly #nodes: Buffer[] = []
  readonly #weights: Buffer[] = []
  readonly #inputs: Buffer[] = []
  readonly #outputs: Buffer[] = []
  #names = 0

  input(name: string, type: ElementType, shape: Shape): string {
    this.#inputs.push(describeValue(name, type, shape))
    return name
  }

  output(name: string, from: string, type: ElementType, shape: Shape): void {
    this.#nodes.push(node('Identity', [from], [name], {}))
    this.#outputs.push(describeValue(name, type, shape))
  }

  /** @returns the name that operators use for it */
  floats(shape: readonly number[], values: Iterable<number>): string {
    return this.#weight('float', shape, values instanceof Float32Array ? values : Float32Array.from(values))
  }

  /** A list of whole numbers, the form in which operators take axes and lengths. */
  integers(...values: readonly number[]): string {
    return this.#weight('int64', [values.length], BigInt64Array.from(values, BigInt))
  }

  /** Adds an operator with one result. @returns the name of the result */
  apply(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const [result = ''] = this.applyMany(operator, inputs, 1, attributes)
    return result
  }

  applyMany(
    operator: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): readonly string[] {
    const outputs = Array.from({ length: results }, () => this.#name())
    this.#nodes.push(node(operator, inputs, outputs, attributes))
    return outputs
  }

  /** The model's file. */
  toBytes(): Buffer {
    const graph = [
      ...this.#nodes.map((one) => message(1, one)),
      text(2, 'graph'),
      ...this.#weights.map((one) => message(5, one)),
      ...this.#inputs.map((one) => message(11, one)),
      ...this.#outputs.map((one) => message(12, one)),
    ]
    return Buffer.concat([integer(1, irVersion), message(8, integer(2, operatorSet)), message(7, Buffer.concat(graph))])
  }

  #weight(type: ElementType, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    const name = this.#name()
    const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    const parts = [...shape.map((length) => integer(1, length)), integer(2, types[type]), text(8, name)]
    this.#weights.push(Buffer.concat([...parts, message(9, raw)]))
    return name
  }

  #name(): string {
    return `v${this.#names++}`
  }
}

/** A whole number, a list of them, or a floating-point number. */
export type Attribute = { readonly int: number } | { readonly ints: readonly number[] } | { readonly float: number }

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): Buffer {
  const entries = Object.entries(attributes).map(([name, value]) => Buffer.concat([text(1, name), attribute(value)]))
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...entries.map((entry) => message(5, entry)),
  ])
}

function attribute(value: Attribute): Buffer {
  if ('int' in value) return Buffer.concat([integer(3, value.int), integer(20, 2)])
  if ('ints' in value) return Buffer.concat([...value.ints.map((one) => integer(8, one)), integer(20, 7)])
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value.float)
  return Buffer.concat([key(2, 5), bytes, integer(20, 1)])
}

function describeValue(name: string, type: ElementType, shape: Shape): Buffer {
  const axes = shape.map((length) => message(1, typeof length === 'number' ? integer(1, length) : text(2, length)))
  const tensor = Buffer.concat([integer(1, types[type]), message(2, Buffer.concat(axes))])
  return Buffer.concat([text(1, name), message(2, message(1, tensor))])
}

const key = (field: number, wireType: number) => varint((field << 3) | wireType)
const integer = (field: number, value: number) => Buffer.concat([key(field, 0), varint(value)])
const message = (field: number, content: Buffer) => Buffer.concat([key(field, 2), varint(content.length), content])
const text = (field: number, value: string) => message(field, Buffer.from(value))

/** Seven bits per byte, lowest bits first. Negative numbers take ten bytes. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const more = rest > 127n
    bytes.push(Number(rest & 127n) | (more ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Buffer.from(bytes)
}
