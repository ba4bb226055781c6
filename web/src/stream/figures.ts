/** What a reader counts while it works, for whoever wants to look at it. */

/** Sums since the reader began; plain data. */
export interface Figures {
  /** Streams open at this moment. */
  connections: number;
  /** Streams that were opened; those after the first for a reason are `reconnected`. */
  opened: number;
  /** Streams that were opened because the one before broke, fell silent or was held back. */
  reconnected: number;
  /** Bytes of streams, as they came out of the connection. */
  bytes: number;
  events: number;
  snapshots: number;
  /** Events that were known already, and dropped. */
  repeated: number;
  /** Events that were not the next one: what lay between was read again. */
  gaps: number;
  /** Requests for events beside the stream. */
  polls: number;
}

export function noFigures(): Figures {
  return {
    connections: 0,
    opened: 0,
    reconnected: 0,
    bytes: 0,
    events: 0,
    snapshots: 0,
    repeated: 0,
    gaps: 0,
    polls: 0,
  };
}
