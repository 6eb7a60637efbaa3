/** The face of the other side of the doors: what a party's software sends a gateway, what it reads of the answers, and what it answers when it is called. Makes no connection itself. */
export { antwoordIn, envelopRequest, type GgkMessage } from './ggk.ts'
export { answered_as, openCalled, type Called } from './called.ts'
export { headIn, type Head } from './head.ts'
export type { Reply, Request } from './request.ts'
export { berichtMetadata, payloadRequest, pushRequest, receivedRequest, statusIn, statusRequest, unzipped, waitingIn, waitingRequest, type Berichtstatus, type Melding, type VspMessage, type Waiting } from './vsp.ts'
