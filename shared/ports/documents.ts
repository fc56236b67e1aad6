/** What stands under a key, and the version of it that a later write must find. */
export type StoredDocument = { readonly data: Uint8Array; readonly version: string }

export type NewDocument = {
  readonly key: string
  readonly data: Uint8Array
  readonly contentType: string
}

/** Small objects of the archive bucket that change: never segments. S3 keeps the versions that were replaced. */
export type Documents = {
  read(key: string): Promise<StoredDocument | undefined>
  /**
   * Writes one in the place of the version that was read (undefined: where nothing is). `changed`: something else is there by
   * now, and nothing was written. A repeat of one's own write is `written`.
   */
  write(document: NewDocument, replaces: string | undefined): Promise<'written' | 'changed'>
}
