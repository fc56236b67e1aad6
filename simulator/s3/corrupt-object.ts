import { contentOf } from './content.ts'
import { findObject } from './read-object.ts'
import type { VersionTarget } from './tag-object.ts'
import { replaceVersion } from './versions.ts'
import { openBucket, type World } from './world.ts'

/** `damage` gets the object's bytes and gives those to be stored instead, of any length. */
export const corruptObject = (
  world: World,
  input: VersionTarget & { readonly damage: (bytes: Buffer) => Uint8Array },
): void => {
  const state = openBucket(world, input.bucket)
  const version = findObject(state, input.key, input.versionId)
  const bytes = input.damage(contentOf(world, version.pieces, 0, version.size).bytes())
  const blob = world.store.keep(bytes)
  world.journal.retain(blob)
  for (const piece of version.pieces) world.journal.release(piece.blob)
  const pieces = [{ blob, size: bytes.length }]
  replaceVersion(world, state, version, { ...version, pieces, size: bytes.length }, world.now())
}
