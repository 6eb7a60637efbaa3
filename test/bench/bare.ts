/** What fastify alone does over mutual TLS: reads the body and answers 202, judging, signing and storing nothing. `node bare.ts KEY CERTIFICATE CA` prints its address. */
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'

const [key = '', certificate = '', ca = ''] = process.argv.slice(2)
const app = Fastify({
  https: { key: readFileSync(key), cert: readFileSync(certificate), ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true }
})
/** As large as a receipt. */
const receipt = Buffer.from(JSON.stringify({ accepted: true, filler: 'x'.repeat(900) }))

app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => { done(null, body) })
app.post('/v1/messages', async (_request, reply) => await reply.code(202).type('application/json').send(receipt))
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
process.once('SIGTERM', () => { app.close().then(() => process.exit(0), () => process.exit(1)) })
