// A host in memory, so that a function's unit tests run in Node.js, without a node of the platform:
//
//     import { readFileSync } from 'node:fs';
//     import { FakeHost } from 'leat/fake';
//
//     const host = new FakeHost(readFileSync('function.wasm'));
//     const answer = host.call('Ada', { method: 'POST', path: '/a' });
//     assert.equal(answer.text, 'Hello, Ada!');
//
// Everything is granted, and nothing is there: a test says what is. Every call meets the module as it was after `init`,
// as on the platform. Every pointer that the function hands over is checked.

export const Code = Object.freeze({
  ABSENT: -1, DENIED: -2, INVALID: -3, QUOTA: -4, TIMEOUT: -5, UNAVAILABLE: -6, TOO_LARGE: -7, CONFLICT: -8,
});

const LEVELS = ['debug', 'info', 'warn', 'error'];
const STATE = 'processor-state/function';
const WORDS = ['absent', 'denied', 'invalid', 'quota', 'timeout', 'failed', 'too-large', 'conflict'];
const NOTHING = { columns: [], rows: [], rowsAffected: 0 };

export class FakeHost {
  #module;
  #instance;
  #now = 0;
  #codes = new Map();
  #requests = [];
  #results = [];
  #inTransaction = false;
  #call;

  /** Values of `config`; their JSON is what the function gets. */
  config = {};
  secrets = {};
  /** What is answered to a request: `'GET https://example.com/'` to `{status, headers, body}`. */
  http = {};
  /** What is answered to statements that begin so: a result `{columns, rows, rowsAffected}`. */
  sql = {};
  /** The lines, as `info what it said {"its":"fields"}`. */
  log = [];
  /** The sum of counters, the last value of others. */
  metrics = {};
  /** The HTTP requests and SQL statements, in their order. */
  calls = [];
  /** A step's, as the last call left it. */
  context = {};
  #values = new Map();

  /** @param wasm the module's bytes */
  constructor(wasm) {
    this.#module = new WebAssembly.Module(wasm);
  }

  // ---- What is there.

  setValue(key, value) {
    this.#values.set(key, { bytes: Buffer.from(value), expires: Infinity });
  }

  /** Imports whose names begin so, such as `kv_`, answer this code from now on; 0 ends that. */
  answer(name, code) {
    if (code === 0) this.#codes.delete(name);
    else this.#codes.set(name, code);
  }

  /** Time passes, by which values expire. */
  advance(seconds) {
    this.#now += seconds;
  }

  // ---- What the function answered.

  /** The text under a key; undefined when there is none. */
  value(key) {
    return this.#value(key)?.bytes.toString();
  }

  /**
   * Calls a handler, a processor, or a step with its context: an object, or its JSON.
   *
   * @returns {{status: number, headers: object, body: Buffer, text: string, failure?: string}}
   */
  call(body = '', { method = 'POST', path = '', query = '', headers = {} } = {}) {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    this.#call = { method, path, query, headers: lower, status: 200, answered: {}, failure: undefined };
    if (WebAssembly.Module.exports(this.#module).some(({ name }) => name === 'step')) {
      this.context = typeof body === 'object' ? structuredClone(body) : JSON.parse(body || '{}');
      body = JSON.stringify(this.context);
    }
    this.#instance = new WebAssembly.Instance(this.#module, { leat: this.#imports() });
    const { exports } = this.#instance;
    let bytes = null;
    try {
      if (exports.init) {
        const config = Buffer.from(JSON.stringify(this.config));
        if (exports.init(this.#give(config), config.length) === 0) throw new Error('init refused the configuration');
      }
      const input = Buffer.from(body);
      const run = exports.handle ?? exports.process_event ?? exports.step;
      const result = BigInt.asUintN(64, run(this.#give(input), input.length));
      if (result !== (exports.handle ? 0xffffffffffffffffn : 0n)) {
        bytes = Buffer.from(this.#bytes(Number(result >> 32n), Number(result & 0xffffffffn)));
      }
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      this.#call.failure ??= error.message;
    }
    if (this.#inTransaction) {
      this.#inTransaction = false; // it ends with its call
      this.calls.push('sql_rollback');
    }
    const { status, answered, failure } = this.#call;
    return {
      status, headers: answered, body: bytes ?? Buffer.alloc(0), text: bytes?.toString() ?? '',
      ...(bytes ? {} : { failure: failure ?? 'The function reported a failure' }),
    };
  }

  // ---- The guest's memory.

  #bytes(pointer, length) {
    const memory = this.#instance.exports.memory.buffer;
    if ((pointer >>> 0) + (length >>> 0) > memory.byteLength) {
      throw new Error(`the function named ${length >>> 0} bytes at ${pointer >>> 0} of ${memory.byteLength}`);
    }
    return new Uint8Array(memory, pointer >>> 0, length >>> 0);
  }

  #text(pointer, length) {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(pointer, length));
  }

  #give(bytes) {
    const pointer = this.#instance.exports.allocate(bytes.length);
    this.#bytes(pointer, bytes.length).set(bytes);
    return pointer;
  }

  #put(value, buffer, capacity) {
    if (value === undefined) return Code.ABSENT;
    const bytes = Buffer.from(value);
    this.#bytes(buffer, Math.min(bytes.length, capacity)).set(bytes.subarray(0, capacity));
    return bytes.length;
  }

  // ---- The imports.

  #value(key) {
    const kept = this.#values.get(key);
    return kept && kept.expires > this.#now ? kept : undefined;
  }

  #keep(key, bytes, ttl) {
    if (key === '' || ttl < 0n) return Code.INVALID;
    if (Buffer.byteLength(key) > 512 || bytes.length > 262144) return Code.TOO_LARGE;
    this.#values.set(key, { bytes: Buffer.from(bytes), expires: ttl === 0n ? Infinity : this.#now + Number(ttl) });
    return 0;
  }

  #run(name, sql, parameters) {
    this.calls.push(`${name} ${sql} ${parameters}`);
    return this.#results.push(this.#result(sql));
  }

  #result(sql) {
    const known = Object.keys(this.sql).find((statement) => sql.startsWith(statement));
    return JSON.stringify({ ...NOTHING, ...(known ? this.sql[known] : {}) });
  }

  #give64(text) {
    const bytes = Buffer.from(text);
    return BigInt(this.#give(bytes) >>> 0) << 32n | BigInt(bytes.length);
  }

  #error(code) {
    return this.#give64(JSON.stringify({ error: { code: WORDS[-1 - code] ?? 'failed', message: 'as the test has it' } }));
  }

  #code(name) {
    for (const [prefix, code] of this.#codes) if (name.startsWith(prefix)) return code;
    return undefined;
  }

  /** What a step asks for in JSON; what is none is undefined. */
  #asked(pointer, length) {
    try {
      return JSON.parse(this.#text(pointer, length));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return undefined;
    }
  }

  #turn(name, from, to) {
    if (this.#inTransaction !== from) return Code.INVALID;
    this.#inTransaction = to;
    this.calls.push(name);
    return 0;
  }

  #imports() {
    const text = (pointer, length) => this.#text(pointer, length);
    const metric = (name, length, value) => { this.metrics[text(name, length)] = value; };
    const imports = {
      request_method: (buffer, capacity) => this.#put(this.#call.method, buffer, capacity),
      request_path: (buffer, capacity) => this.#put(this.#call.path, buffer, capacity),
      request_query: (buffer, capacity) => this.#put(this.#call.query, buffer, capacity),
      request_header: (name, length, buffer, capacity) =>
        this.#put(this.#call.headers[text(name, length).toLowerCase()], buffer, capacity),
      response_status: (status) => { this.#call.status = status; },
      response_header: (name, nameLength, value, valueLength) => {
        this.#call.answered[text(name, nameLength).toLowerCase()] = text(value, valueLength);
      },
      fail: (reason, length) => { this.#call.failure = text(reason, length); },

      log: (level, line, length) => { this.log.push(`${LEVELS[level] ?? 'info'} ${text(line, length)}`); },
      log_fields: (level, line, length, json, jsonLength) => {
        this.log.push(`${LEVELS[level] ?? 'info'} ${text(line, length)} ${text(json, jsonLength)}`);
      },
      record_metric: metric,
      metric_counter: (name, length, value) => {
        const counter = text(name, length);
        this.metrics[counter] = (this.metrics[counter] ?? 0) + value;
      },
      metric_gauge: metric,
      metric_histogram: metric,
      metric_timer: metric,

      config_get: (name, length, buffer, capacity) => {
        const value = this.config[text(name, length)];
        return this.#put(value === undefined ? undefined : JSON.stringify(value), buffer, capacity);
      },
      config_keys: (buffer, capacity) => this.#put(JSON.stringify(Object.keys(this.config)), buffer, capacity),
      secret_get: (name, length, buffer, capacity) => this.#put(this.secrets[text(name, length)], buffer, capacity),

      kv_get: (key, length, buffer, capacity) => this.#put(this.#value(text(key, length))?.bytes, buffer, capacity),
      kv_set: (key, length, value, valueLength, ttl) =>
        this.#keep(text(key, length), this.#bytes(value, valueLength), ttl),
      kv_delete: (key, length) => {
        const wasThere = this.#value(text(key, length)) !== undefined;
        this.#values.delete(text(key, length));
        return wasThere ? 0 : Code.ABSENT;
      },
      kv_exists: (key, length) => (this.#value(text(key, length)) ? 1 : 0),
      kv_expire: (key, length, ttl) => {
        const kept = this.#value(text(key, length));
        if (kept) kept.expires = ttl === 0n ? Infinity : this.#now + Number(ttl);
        return kept ? 0 : Code.ABSENT;
      },
      kv_list: (prefix, length, limit, buffer, capacity) => {
        const begin = text(prefix, length);
        const keys = [...this.#values.keys()].filter((key) => key.startsWith(begin) && this.#value(key)).sort();
        return this.#put(JSON.stringify(keys.slice(0, limit)), buffer, capacity);
      },
      kv_increment: (key, length, delta, sum) => {
        const kept = this.#value(text(key, length));
        const old = kept ? kept.bytes.toString() : '0';
        if (!/^-?[0-9]+$/.test(old)) return Code.INVALID;
        const value = BigInt(old) + delta;
        if (BigInt.asIntN(64, value) !== value) return Code.INVALID;
        this.#values.set(text(key, length), { bytes: Buffer.from(`${value}`), expires: kept?.expires ?? Infinity });
        const at = this.#bytes(sum, 8);
        new DataView(at.buffer, at.byteOffset, 8).setBigInt64(0, value, true);
        return 0;
      },
      kv_compare_and_set: (key, length, old, oldLength, value, valueLength, ttl) => {
        const kept = this.#value(text(key, length));
        const isSame = oldLength === -1 ? !kept : kept && kept.bytes.equals(this.#bytes(old, oldLength));
        return isSame ? this.#keep(text(key, length), this.#bytes(value, valueLength), ttl) : Code.CONFLICT;
      },

      get_processor_state: () => {
        const kept = this.#value(STATE);
        return kept ? this.#give64(kept.bytes) : 0n;
      },
      set_processor_state: (value, length) => this.#keep(STATE, this.#bytes(value, length), 0n),

      get_context: (key, length) => {
        const name = text(key, length);
        return Object.hasOwn(this.context, name) ? this.#give64(JSON.stringify(this.context[name])) : 0n;
      },
      set_context: (key, length, json, jsonLength) => {
        const [name, value] = [text(key, length), this.#asked(json, jsonLength)];
        if (name === '' || name.length > 256 || value === undefined) return Code.INVALID;
        this.context[name] = value;
        return 0;
      },
      http_request: (json, length) => {
        const { method = 'GET', url, body } = this.#asked(json, length) ?? {};
        if (!url) return this.#error(Code.INVALID);
        const name = `${method.toUpperCase()} ${url}`;
        const sent = typeof body === 'string' ? body : JSON.stringify(body);
        this.calls.push(sent ? `${name} ${sent}` : name);
        const answer = this.http[name];
        if (!answer) return this.#error(Code.UNAVAILABLE);
        const headers = Object.entries(answer.headers ?? {}).map(([field, value]) => [field.toLowerCase(), value]);
        return this.#give64(JSON.stringify({
          status: answer.status ?? 200, headers: Object.fromEntries(headers), body: answer.body ?? '' }));
      },
      db_query: (json, length) => {
        const { sql, params = [] } = this.#asked(json, length) ?? {};
        if (!sql) return this.#error(Code.INVALID);
        this.calls.push(`db_query ${sql} ${JSON.stringify(params)}`);
        return this.#give64(this.#result(sql));
      },

      http_open: (method, methodLength, url, urlLength) =>
        this.#requests.push({ name: `${text(method, methodLength)} ${text(url, urlLength)}` }),
      http_header: (handle) => (this.#requests[handle - 1] ? 0 : Code.INVALID),
      http_send: (handle, body, length) => {
        const request = this.#requests[handle - 1];
        if (!request) return Code.INVALID;
        this.calls.push(length === 0 ? request.name : `${request.name} ${text(body, length)}`);
        request.answer = this.http[request.name];
        return request.answer ? (request.answer.status ?? 200) : Code.UNAVAILABLE;
      },
      http_response_header: (handle, name, length, buffer, capacity) => {
        const answer = this.#requests[handle - 1]?.answer;
        if (!answer) return Code.INVALID;
        const wanted = text(name, length).toLowerCase();
        const found = Object.entries(answer.headers ?? {}).find(([field]) => field.toLowerCase() === wanted);
        return this.#put(found?.[1], buffer, capacity);
      },
      http_response_body: (handle, buffer, capacity) => {
        const answer = this.#requests[handle - 1]?.answer;
        return answer ? this.#put(answer.body ?? '', buffer, capacity) : Code.INVALID;
      },
      http_close: (handle) => { this.#requests[handle - 1] = undefined; },
      http_is_allowed: () => (this.#codes.get('http_open') === Code.DENIED ? 0 : 1),

      sql_query: (sql, length, parameters, parametersLength) =>
        this.#run('sql_query', text(sql, length), text(parameters, parametersLength)),
      sql_execute: (sql, length, parameters, parametersLength) =>
        this.#run('sql_execute', text(sql, length), text(parameters, parametersLength)),
      sql_result: (handle, buffer, capacity) =>
        this.#results[handle - 1] === undefined ? Code.INVALID : this.#put(this.#results[handle - 1], buffer, capacity),
      sql_close: (handle) => { this.#results[handle - 1] = undefined; },
      sql_begin: () => this.#turn('sql_begin', false, true),
      sql_commit: () => this.#turn('sql_commit', true, false),
      sql_rollback: () => this.#turn('sql_rollback', true, false),
      sql_is_allowed: () => (this.#codes.get('sql_query') === Code.DENIED ? 0 : 1),
    };
    for (const [name, body] of Object.entries(imports)) {
      imports[name] = (...values) => {
        const code = this.#code(name);
        if (code === undefined) return body(...values);
        if (name === 'http_request' || name === 'db_query') return this.#error(code);
        return name.startsWith('get_') ? 0n : code;
      };
    }
    return imports;
  }
}
