import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3'
import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import { makeS3Handler } from '../../../simulator/s3/wire/s3-handler.ts'

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

/** A model behind HTTP on a free port of the loopback address. */
export const serveS3 = async (model: S3Model) => {
  const handle = makeS3Handler(model)
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A client that goes away in the middle is part of the tests.
      if (!request.destroyed) console.error(error)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!isAddress(address)) throw new Error('the server has no port')
  const endpoint = `http://127.0.0.1:${address.port}`
  return {
    endpoint,
    port: address.port,
    client: (config: S3ClientConfig = {}) =>
      new S3Client({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
        ...config,
      }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The name and status of the SDK's error. */
export const sdkRefusal = async (answer: Promise<unknown>): Promise<string> => {
  try {
    await answer
  } catch (error) {
    if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode} ${error.name}`
    throw error
  }
  return 'no error'
}
