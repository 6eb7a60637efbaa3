/** XML text: what must be escaped to come back as it was. */

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

/** @returns the text as XML content or quoted attribute value; a carriage return becomes a character reference, since XML would read it as a line end */
export const escapeXml = (text: string): string =>
  /[&<>"\r]/.test(text) ? text.replace(/[&<>"\r]/g, found => named[found] ?? found) : text

/** Characters XML 1.0 does not allow, lone surrogates included. */
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u

/** @returns whether every character may stand in an XML 1.0 document */
export const isXmlText = (text: string): boolean => !illegal.test(text)
