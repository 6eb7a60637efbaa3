/** Memory outside the collector's heap, given back when it is known that nobody uses it. */

/** Gives the memory of bytes back at once: the collector is in no hurry with what lies outside its heap, and a large message would be held twice meanwhile. @param bytes that nobody else sees; a view on more is left alone */
export function release ({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
