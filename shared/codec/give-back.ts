/** What is smaller waits for the garbage collector like everything else. */
const LARGE = 16 * 2 ** 20

/**
 * Gives memory that is not needed any more back at once, where it is much: a record may take a tenth of what a function has,
 * and is copied several times on its way. The bytes must lie in a buffer of their own; they are gone then.
 */
export const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (byteLength > LARGE && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
