import type { ArchiveRecord, TextPlace } from '../domain/record.ts'

/** A record whose body is still where it was read: most readers pass it on as it is. */
export class StoredRecord implements ArchiveRecord {
  readonly id: string
  readonly time: number
  readonly bodyPlace: TextPlace
  readonly header: string | null
  readonly arrived: number
  readonly version: string | null
  readonly promoted: ArchiveRecord['promoted']

  constructor(
    { id, time, header, arrived, version, promoted }: Omit<ArchiveRecord, 'body'>,
    place: TextPlace,
  ) {
    this.id = id
    this.time = time
    this.bodyPlace = place
    this.header = header
    this.arrived = arrived
    this.version = version
    this.promoted = promoted
  }

  get body(): string {
    const { page, start, end } = this.bodyPlace
    return page.toString('utf8', start, end)
  }
}
