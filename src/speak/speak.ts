/** The face of the other side of the doors: what a party's software sends a gateway, and what it reads of the answers. Makes no connection itself. */
export { antwoordIn, envelopRequest, type GgkMessage } from './ggk.ts'
export { headIn, type Head } from './head.ts'
export type { Reply, Request } from './request.ts'
export { berichtMetadata, payloadRequest, pushRequest, receivedRequest, statusIn, statusRequest, unzipped, waitingIn, waitingRequest, zipped, type Berichtstatus, type Melding, type VspMessage, type Waiting } from './vsp.ts'
