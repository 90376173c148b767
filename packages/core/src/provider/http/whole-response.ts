/** The head of a reply. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
}

const decoder = new TextDecoder()

/**
 * A reply that was read as a whole, in the form of `Response`. The platform's own one makes a stream of every body, and
 * copies its headers, which takes more processor time than the request.
 */
export function wholeResponse(bytes: Uint8Array<ArrayBuffer>, head: ResponseHead): WholeResponse {
  // Set with the first reply, because Node loads its own fetch with the name `Response`.
  if (!(WholeResponse.prototype instanceof Response)) Object.setPrototypeOf(WholeResponse.prototype, Response.prototype)
  return new WholeResponse(bytes, head)
}

/** @see wholeResponse */
export class WholeResponse implements Response {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly #bytes: Uint8Array<ArrayBuffer>
  #content: string | undefined
  #stream: ReadableStream | undefined
  #isRead = false

  constructor(bytes: Uint8Array<ArrayBuffer>, { status, statusText, headers }: ResponseHead) {
    this.status = status
    this.statusText = statusText
    this.headers = headers
    this.#bytes = bytes
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get type(): Response['type'] {
    return 'default'
  }

  get url(): string {
    return ''
  }

  get redirected(): boolean {
    return false
  }

  /** The text, which counts as unread. */
  get content(): string {
    this.#content ??= decoder.decode(this.#bytes)
    return this.#content
  }

  get bodyUsed(): boolean {
    return this.#isRead || this.#stream?.locked === true
  }

  get body(): ReadableStream {
    this.#stream ??= new ReadableStream({
      start: (controller) => {
        if (this.#bytes.byteLength > 0) controller.enqueue(this.#bytes)
        controller.close()
      },
    })
    return this.#stream
  }

  async text(): Promise<string> {
    this.#read()
    return this.content
  }

  // biome-ignore lint/suspicious/noExplicitAny: the type of `Response`
  async json(): Promise<any> {
    return JSON.parse(await this.text())
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#read().slice()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#read().slice().buffer
  }

  async blob(): Promise<Blob> {
    return new Blob([this.#read()], { type: this.headers.get('content-type') ?? '' })
  }

  formData(): Promise<FormData> {
    return new Response(this.#read(), { headers: this.headers }).formData()
  }

  clone(): WholeResponse {
    if (this.bodyUsed) throw alreadyRead()
    const { status, statusText, headers } = this
    return new WholeResponse(this.#bytes, { status, statusText, headers: new Headers(headers) })
  }

  #read(): Uint8Array<ArrayBuffer> {
    if (this.bodyUsed) throw alreadyRead()
    this.#isRead = true
    return this.#bytes
  }
}

const alreadyRead = () => new TypeError('Body is unusable: Body has already been read')
