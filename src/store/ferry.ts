/** How what is asked of the store and what it gives go from one thread to another: bytes exactly as they are, failures by their class. */
import { DefaultDeserializer, DefaultSerializer } from 'node:v8'
import { Refusal, Unusable, type RefusalCode } from '../core/core.ts'
import { Unopened } from '../vault/vault.ts'
import { StoreConflict, StoreDamaged, StoreFailure, StoreFull, StoreUnavailable, StoreUnusable } from './db.ts'

/** A value on its way. What is large in it goes beside it, as the growing of one buffer would hold it several times. */
export interface Load { readonly bytes: Uint8Array, readonly apart: readonly Uint8Array[] }

/** From here on bytes go apart. */
const apart_bytes = 65_536
const [inline, beside] = [0, 1]

class Packer extends DefaultSerializer {
  readonly apart: Uint8Array[] = []

  _writeHostObject (given: unknown): void {
    if (!(given instanceof Uint8Array)) throw new TypeError('between threads go plain values and bytes')
    const large = given.byteLength >= apart_bytes
    this.writeUint32(large ? beside : inline)
    this.writeUint32(large ? this.apart.push(new Uint8Array(given)) - 1 : given.byteLength)
    if (!large) this.writeRawBytes(given)
  }
}

class Unpacker extends DefaultDeserializer {
  readonly apart: readonly Uint8Array[]
  constructor ({ bytes, apart }: Load) {
    super(bytes)
    this.apart = apart
  }

  _readHostObject (): Buffer {
    const [where, number] = [this.readUint32(), this.readUint32()]
    if (where === inline) return this.readRawBytes(number)
    const { buffer, byteOffset, byteLength } = this.apart[number] ?? new Uint8Array()
    return Buffer.from(buffer, byteOffset, byteLength)
  }
}

/** @throws TypeError or DataCloneError for what cannot go: functions, and objects that are no plain data */
export function load (value: unknown): Load {
  const packer = new Packer()
  packer.writeHeader()
  packer.writeValue(value)
  return { bytes: packer.releaseBuffer(), apart: packer.apart }
}

/** @returns what was loaded; bytes are Buffers, whatever they were */
export function unload (load: Load): unknown {
  const unpacker = new Unpacker(load)
  unpacker.readHeader()
  return unpacker.readValue()
}

/** @returns the memory that goes along and is not there any more for who sent it */
export const goesAlong = ({ apart }: Load): ArrayBuffer[] => apart.map(it => it.buffer).filter(it => it instanceof ArrayBuffer)

const failures = { StoreFull, StoreConflict, StoreUnavailable, StoreDamaged, StoreFailure, StoreUnusable, Unopened, Unusable, RangeError, TypeError, Error }
type Kind = keyof typeof failures
const kinds = ['StoreFull', 'StoreConflict', 'StoreUnavailable', 'StoreDamaged', 'StoreFailure', 'StoreUnusable', 'Unopened', 'Unusable', 'RangeError', 'TypeError', 'Error'] as const satisfies readonly Kind[]

/** A failure on its way; `refusal` where it is one. */
export interface Failed {
  readonly kind: Kind
  readonly message: string
  readonly stack: string | undefined
  /** Such as the driver's name for it. */
  readonly name: string
  readonly code: string | null
  readonly cause: Failed | null
  readonly refusal: { readonly code: RefusalCode, readonly detail: string | null } | null
}

const plain = { kind: 'Error', name: 'Error', code: null, stack: undefined, cause: null, refusal: null } as const

/** So far is looked for what caused it. */
const causes_max = 5

/** @returns what a failure says, without what else hangs on it; of what caused it the same */
export function failed (error: unknown, causes = causes_max): Failed {
  if (!(error instanceof Error)) return { ...plain, message: String(error) }
  const { message, stack, name, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const refusal = error instanceof Refusal ? { code: error.code, detail: error.detail } : null
  return { kind: kinds.find(it => error instanceof failures[it]) ?? 'Error', message, stack, name, code, cause: cause === undefined || causes === 0 ? null : failed(cause, causes - 1), refusal }
}

/** @returns a failure of the same class that says the same */
export function failure ({ kind, message, stack, name, code, cause, refusal }: Failed): Error {
  if (refusal !== null) return new Refusal(refusal.code, refusal.detail)
  const error = new failures[kind](message, cause === null ? {} : { cause: failure(cause) })
  if (stack !== undefined) error.stack = stack
  if (name !== error.name) error.name = name
  if (code !== null) Object.assign(error, { code })
  return error
}
