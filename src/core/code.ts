/** Codes: words that name a kind of thing, and never hold anything about a person. */

/** @returns whether the text is a code: 1 to 100 letters, digits, `_`, `-` and `.`, a letter first, and never nine digits in a row (a Bsn has nine) */
export const isCode = (text: string): boolean => /^(?!.*\d{9})[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(text)
