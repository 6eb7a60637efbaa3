/** The face of StUF: messages of StUF-GGk 2.1 (ggk0210) out of the bytes of SOAP 1.1 and into them, and their codes. */
export type * from './types.ts'
export { operations, soapAction, type Operation } from './names.ts'
export { StufFault, type About } from './fault.ts'
export { faultOf, foutOf } from './codes.ts'
export { tijdstip } from './moment.ts'
export { envelopSize, inSoap, writeBv03, writeEnvelop, writeEnvelopCall, writeFault, writeFo01, type Antwoordkop } from './write.ts'
export { readAntwoord, readBericht, type ReadOptions } from './read.ts'
