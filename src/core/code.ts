/** Codes: words that name a kind of thing, and never hold anything about a person. */

/** @returns whether the text is a code: 1 to 100 letters, digits, `_`, `-` and `.`, a letter first, and never nine digits in a row (a Bsn has nine) */
export const isCode = (text: string): boolean => /^(?!.*\d{9})[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(text)

/** @returns whether the text has the form of a code of the chain, such as StUF055 or IB014; a word of somebody's own, with a number after it, is none */
export const isChainCode = (text: string): boolean => /^(?:StUF|IB|RIN|CC|BRS|TR)[0-9]{2,4}$/.test(text)
