import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  /** One answered or broken request. */
  request(fields: {
    readonly method: string;
    readonly door: string;
    readonly status: number;
    readonly seconds: number;
    readonly sentBytes: number;
  }): void;
  readonly inFlight: { inc(): void; dec(): void };
  /** One decision that was just made. */
  decision(effect: string, seconds: number, readBytes: number): void;
}

/** Methods and doors come from closed sets: hostile requests cannot add time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Prometheus metrics of one server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'sallyport_http_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'door', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'sallyport_http_request_seconds',
    help: 'Time from the request to the last byte of its answer',
    labelNames: ['door'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
    registers,
  });
  const sent = new Counter({
    name: 'sallyport_http_sent_bytes_total',
    help: 'Bytes written to clients',
    labelNames: ['door'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'sallyport_http_requests_in_flight',
    help: 'Requests being answered',
    registers,
  });
  const decisions = new Counter({
    name: 'sallyport_decisions_total',
    help: 'Decisions made',
    labelNames: ['effect'],
    registers,
  });
  const decisionSeconds = new Histogram({
    name: 'sallyport_decision_seconds',
    help: 'Time from the first question to the decision',
    buckets: [0.05, 0.2, 0.5, 1, 2, 5, 10, 30, 120],
    registers,
  });
  const decisionBytes = new Histogram({
    name: 'sallyport_decision_read_bytes',
    help: 'Bytes read to decide',
    buckets: [2 ** 14, 2 ** 17, 2 ** 20, 2 ** 23, 2 ** 26, 2 ** 30],
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    request({ method, door, status, seconds: took, sentBytes }) {
      requests.inc({ method: METHODS.has(method) ? method : 'other', door, status: String(status) });
      seconds.observe({ door }, took);
      sent.inc({ door }, sentBytes);
    },
    inFlight,
    decision(effect, took, readBytes) {
      decisions.inc({ effect });
      decisionSeconds.observe(took);
      decisionBytes.observe(readBytes);
    },
  };
}
