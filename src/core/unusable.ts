/** What a person gave us and we cannot use. */

/**
 * Something a person gave (a setting, a key, a database, a file) cannot be used. Its message is a sentence for him that
 * names what he gave, and holds no value about a person and no secret.
 */
export class Unusable extends Error {}
