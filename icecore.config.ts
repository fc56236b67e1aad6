import { defineConfig } from './shared/domain/parse-config.ts'

/** The datasets and destinations of this deployment. A mistake here stops the build and names the field. */
export default defineConfig({
  datasets: {
    flights: {
      id: 'flight',
      time: { path: 'date', unit: 'iso' },
      promoted: [
        { name: 'origin', path: 'origin', type: 'string' },
        { name: 'destination', path: 'destination', type: 'string' },
        { name: 'delay', path: 'delay', type: 'integer' },
        { name: 'distance', path: 'distance', type: 'integer' },
      ],
      classes: [
        { after: '0d', storageClass: 'STANDARD' },
        { after: '30d', storageClass: 'GLACIER_IR' },
        { after: '180d', storageClass: 'DEEP_ARCHIVE' },
      ],
    },
    earthquakes: {
      id: 'id',
      time: { path: 'properties.time', unit: 'ms' },
      version: 'properties.updated',
      promoted: [
        { name: 'magnitude', path: 'properties.mag', type: 'number' },
        { name: 'place', path: 'properties.place', type: 'string' },
        { name: 'network', path: 'properties.net', type: 'string' },
      ],
      classes: [
        { after: '0d', storageClass: 'STANDARD' },
        { after: '14d', storageClass: 'GLACIER_IR' },
      ],
      retention: '10y',
    },
    // One small record an hour, which proves that the whole pipeline works.
    'icecore-canary': {
      id: 'id',
      time: { path: 'time' },
      classes: [{ after: '0d', storageClass: 'STANDARD' }],
      retention: '7d',
    },
  },
  destinations: {
    analysts: { prefix: 'analysts/' },
    'icecore-canary': { prefix: 'icecore-canary/' },
  },
  canary: { dataset: 'icecore-canary', destination: 'icecore-canary' },
})
