const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10
const RANDOM_BYTES = 10

const digit = (value: bigint, place: number): string =>
  ALPHABET.charAt(Number((value >> BigInt(5 * place)) & 31n))

const encode = (value: bigint, length: number): string =>
  Array.from({ length }, (_, index) => digit(value, length - 1 - index)).join('')

/**
 * A ULID: 48 bits of `time` (ms) and 80 random bits, as 26 characters that sort by time.
 * `random` gives that many random bytes.
 */
export const makeUlid = (time: number, random: (bytes: number) => Uint8Array): string => {
  const noise = random(RANDOM_BYTES).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return encode(BigInt(time), TIME_LENGTH) + encode(noise, 16)
}

export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** The time in ms that a ULID begins with. */
export const ulidTime = (ulid: string): number =>
  Array.from(ulid.slice(0, TIME_LENGTH)).reduce((sum, character) => sum * 32 + ALPHABET.indexOf(character), 0)
