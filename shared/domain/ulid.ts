const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LENGTH = 10
const RANDOM_BYTES = 10

const timeDigits = (time: number): string => {
  let digits = ''
  for (let left = time; digits.length < TIME_LENGTH; left = Math.floor(left / 32))
    digits = ALPHABET.charAt(left % 32) + digits
  return digits
}

/** Five bits a character, from the first bit on: 80 bits are 16 characters. */
const noiseDigits = (noise: Uint8Array): string => {
  let digits = ''
  let [bits, held] = [0, 0]
  for (const byte of noise) {
    held = ((held & 31) << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) digits += ALPHABET.charAt((held >> (bits - 5)) & 31)
  }
  return digits
}

/**
 * A ULID: 48 bits of `time` (ms) and 80 random bits, as 26 characters that sort by time.
 * `random` gives that many random bytes.
 */
export const makeUlid = (time: number, random: (bytes: number) => Uint8Array): string =>
  timeDigits(time) + noiseDigits(random(RANDOM_BYTES))

export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** The time in ms that a ULID begins with. */
export const ulidTime = (ulid: string): number =>
  Array.from(ulid.slice(0, TIME_LENGTH)).reduce((sum, character) => sum * 32 + ALPHABET.indexOf(character), 0)
