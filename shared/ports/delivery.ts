/** The most that one put takes. */
export const MAX_PART_BYTES = 5 * 2 ** 30

/** A part outgrew `MAX_PART_BYTES` or the room to write it in. The same request will fail again. */
export class PartTooLarge extends Error {
  override readonly name = 'PartTooLarge'
}

/** A file at its destination. `version` changes with each put. */
export type StoredPart = { readonly bytes: number; readonly version: string }

/** A file being written, out of sight until it is put. */
export type PartDraft = {
  /** Takes the bytes; the caller may reuse the memory once this resolves. Throws PartTooLarge. */
  write(bytes: Uint8Array): Promise<void>
  /** No more bytes come. */
  close(): Promise<void>
  /**
   * Puts it at its key in the place of `replaces` (null: where nothing is). `changed`: something else is there; nothing was
   * put. The draft stays. SHA-256 in base64.
   */
  put(replaces: StoredPart | null): Promise<{ bytes: number; sha256: string } | 'changed'>
  /** Frees what it takes up; nothing that was put is touched. */
  discard(): Promise<void>
}

/** Files of rehydrated records, at keys that are made from validated names. */
export type Delivery = {
  find(key: string): Promise<StoredPart | null>
  begin(key: string, contentType: string): Promise<PartDraft>
  /** Puts a small file, over what may be there. */
  putWhole(key: string, content: Uint8Array, contentType: string): Promise<void>
}
