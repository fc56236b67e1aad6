import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'

type Data = string | ArrayBuffer | ArrayBufferView

const toBytes = (data: Data): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

/** SHA-256, with a key HMAC, by Node's own crypto: the shape that the signer of AWS wants a hash in. */
export class Sha256 {
  readonly #key: Uint8Array | undefined
  #hash: Hash | Hmac
  constructor(key?: Data) {
    this.#key = key === undefined ? undefined : toBytes(key)
    this.#hash = this.#start()
  }
  #start() {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key)
  }
  update(data: Data) {
    this.#hash.update(toBytes(data))
  }
  async digest() {
    return new Uint8Array(this.#hash.digest())
  }
  reset() {
    this.#hash = this.#start()
  }
}
