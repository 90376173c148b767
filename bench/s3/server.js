// An S3 server on the loopback interface that keeps one bucket in memory: enough for uploads in parts and ranges.
import { createServer } from 'node:http'

const objects = new Map()
const uploads = new Map()

const server = createServer(async (asked, reply) => {
  const url = new URL(asked.url, 'http://localhost')
  const pieces = []
  for await (const piece of asked) pieces.push(piece)
  const query = url.searchParams
  const etag = { etag: '"constant"' }
  if (asked.method === 'PUT' && query.has('uploadId')) {
    uploads.get(query.get('uploadId'))[Number(query.get('partNumber')) - 1] = pieces
    return reply.writeHead(200, etag).end()
  }
  if (asked.method === 'PUT') {
    objects.set(url.pathname, Buffer.concat(pieces))
    return reply.writeHead(200, etag).end()
  }
  if (asked.method === 'POST' && query.has('uploads')) {
    uploads.set('upload', [])
    return reply.end('<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>')
  }
  if (asked.method === 'POST') {
    objects.set(url.pathname, Buffer.concat(uploads.get('upload').flat()))
    return reply.end('<CompleteMultipartUploadResult/>')
  }
  const object = objects.get(url.pathname)
  if (object === undefined) return reply.writeHead(404).end()
  if (asked.method === 'HEAD') return reply.writeHead(200, { ...etag, 'content-length': object.length }).end()
  // boto3 asks for the last part without its end.
  const [, start, end] = /bytes=(\d+)-(\d*)/.exec(asked.headers.range) ?? [undefined, '0', '']
  const part = object.subarray(Number(start), end === '' ? undefined : Number(end) + 1)
  const range = `bytes ${start}-${Number(start) + part.length - 1}/${object.length}`
  reply.writeHead(206, { ...etag, 'content-range': range, 'content-length': part.length }).end(part)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
