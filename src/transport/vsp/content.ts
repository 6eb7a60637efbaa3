/** The message in a payload: the payload itself, or the one file in the ZIP that it is. */
import { Refusal } from '../../core/core.ts'
import { isZip, openZip } from '../../zip/zip.ts'
import type { Inflight } from '../door/door.ts'

export interface ContentLimits {
  /** Largest message, in bytes. */
  readonly payload_bytes_max: number
  /** How many times its packed size a file may be. */
  readonly ratio_max: number
}

/** `wrong`: why the ZIP cannot be used; `content` is the payload as it came then. */
export interface Content { readonly content: Buffer, readonly wrong: Refusal | null }

/**
 * What is unpacked counts among the bytes that all requests hold, from before it is unpacked until the work is done.
 * @throws Refusal ZP_BUSY when there is no room for it now; and what the work throws
 */
export async function withContent<T> (payload: Buffer, { payload_bytes_max, ratio_max }: ContentLimits, held: Inflight, work: (it: Content) => Promise<T>): Promise<T> {
  if (!isZip(payload)) return await work({ content: payload, wrong: null })
  const opened = openZip(payload, { members_max: 1, member_bytes_max: payload_bytes_max, total_bytes_max: payload_bytes_max, ratio_max })
  if ('refusal' in opened) return await work({ content: payload, wrong: opened.refusal })
  const size = opened.zip.members[0]?.size_bytes ?? 0
  if (!held.take(size)) throw new Refusal('ZP_BUSY')
  try {
    return await work(await opened.zip.content(1).then(content => ({ content, wrong: null }), wrong => {
      if (!(wrong instanceof Refusal)) throw wrong
      return { content: payload, wrong }
    }))
  } finally { held.give(size) }
}
