/** The other direction: what a gateway asks of an endpoint it pushes to, as OpenAPI describes it. */
import { Type } from 'typebox'
import { messageShape, receiptShape } from './shapes.ts'

const { id, family, type, afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, received, referentienummer, verdict, conversatie, answers, signature } = messageShape.properties

/** What is told of a pushed message besides its bytes; more may come. */
const metadataShape = Type.Object({
  id, family, type, release: Type.String({ description: 'Of the standard.', examples: ['3.2'] }), afzender, ontvanger, sender, receiver, identificatie, sha256, size_bytes, received, referentienummer, conversatie, answers, verdict, signature
})

/** Names for shapes are for a document that refers to them. */
const plain = (shape: object): unknown => JSON.parse(JSON.stringify(shape, (name, value: unknown) => name === '$id' ? undefined : value))

const binary = (contentMediaType: string, description: string): object => ({ type: 'string', contentMediaType, description })
const head = (name: string, description: string, schema: object): object => ({ name, in: 'header', required: true, description, schema })
const uuid = { type: 'string', format: 'uuid' }

const pushMessage = {
  operationId: 'pushMessage',
  summary: 'A message is pushed to your endpoint',
  description: 'POST over mutual TLS to the URL the operator registered. Every try of a message has the same id and the same body, byte for byte: it may come more than once, also after you answered. ' +
    'Answer 2xx once it is stored, also for one you have. 4xx: you will not take this message, now or later, and it is not sent again (408, 425 and 429 ask for a later try). Everything else, no answer in time included: later, with growing pauses. ' +
    'Retry-After counts with 408, 425, 429 and 503. Redirects are not followed. No more than 64 kB of an answer is read, and only its status, Retry-After and `code` are used.',
  parameters: [
    head('Zorgpoort-Message', 'The message’s id.', uuid),
    head('Idempotency-Key', 'The same id, for who knows that header.', uuid),
    head('Zorgpoort-Attempt', 'Which try this is, from 1; may begin anew after an operator set it going again.', { type: 'integer', minimum: 1 })
  ],
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': {
        schema: {
          type: 'object',
          required: ['metadata', 'payload', 'seal', 'receipt'],
          properties: {
            metadata: plain(metadataShape),
            payload: binary('application/xml', 'The message, the exact bytes that were sent; at most 25 MB.'),
            seal: binary('application/pkcs7-signature', 'The gateway’s seal over payload and receipt: detached CMS, DER.'),
            receipt: plain(receiptShape)
          }
        },
        encoding: { metadata: { contentType: 'application/json' }, payload: { contentType: 'application/xml' }, seal: { contentType: 'application/pkcs7-signature' }, receipt: { contentType: 'application/json' } }
      }
    }
  },
  responses: {
    '2XX': { description: 'It is stored, now or before. No body is needed.' },
    '4XX': {
      description: 'This message will not be taken: it is not sent again until an operator sets it going.',
      content: { 'application/json': { schema: { type: 'object', properties: { code: { type: 'string', maxLength: 60, pattern: '^(?=.*[_0-9])([A-Z][A-Z0-9_.-]*|[a-z][a-z0-9_.-]*)$', description: 'Why, in a code that says nothing of a person: sender and operators see it. In one case, with a `_` or a digit, no more than five digits; what looks otherwise is not kept.' } } } } }
    },
    '5XX': { description: 'Not now: it is sent again later.' }
  }
}

/** The webhooks of the document. */
export const webhooks = { pushMessage: { post: pushMessage } }
