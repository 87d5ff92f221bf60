#!/usr/bin/env node
// Runs every sample's committed .wasm under Node against its testdata, then fuzzes the parsers.
//
//   node sdk/samples/test.mjs [sample ...]
//
// A quick check on the toolchain's side: the platform runs the same files in its own tests.
// testdata/NAME.in.EXT is the body and NAME.expected.EXT the exact response body. The response is
// a 200, or a 400 when the expected file is NAME.expected.problem.json; NAME.expected.failure.txt
// means that the call fails, with that text in the log. For contract `wasi` the expected file holds
// the body alone, without the header fields. NAME.config.json replaces the
// configuration of leat.yaml for one case.
// Fuzzing is seeded: FUZZ_SEED=n repeats a run, FUZZ_ROUNDS=n sets its length.

import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.removeAllListeners('warning'); // node:wasi says that it is experimental
const { WASI } = await import('node:wasi');

const here = dirname(fileURLToPath(import.meta.url));
const MIB = 1 << 20;
let passed = 0;
let failed = 0;

function check(name, ok, detail = '') {
  if (ok) {
    passed++;
  } else {
    failed++;
    if (failed <= 40) console.error(`FAILED ${name}${detail && ': ' + detail}`);
  }
  return ok;
}

const show = (bytes) => JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 300));
const same = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0;

/** The value of `key: {...}` directly below `spec` in a manifest; enough YAML for the manifests here. */
function manifestValue(sample, key) {
  const text = readFileSync(join(here, sample, 'leat.yaml'), 'utf8');
  const line = text.match(new RegExp(`^  ${key}: (.*)$`, 'm'));
  if (!line) return undefined;
  return JSON.parse(line[1].replace(/#.*$/, '').replace(/"[^"]*"|[^\s{}[\],:"][^{}[\],:"]*/g,
    (token) => (token[0] === '"' ? token : /^(true|false|null|-?\d+(\.\d+)?)$/.test(token.trim()) ? token : JSON.stringify(token.trim()))));
}

const modules = new Map();
function compiled(sample) {
  if (!modules.has(sample)) {
    const file = sample.replaceAll('-', '_') + '.wasm';
    modules.set(sample, new WebAssembly.Module(readFileSync(join(here, sample, file))));
  }
  return modules.get(sample);
}

/** A host for the `handler` and `processor` contracts; every pointer a guest passes is checked. */
class Guest {
  constructor(sample) {
    const host = {
      request_method: (buffer, capacity) => this.answer(this.request.method, buffer, capacity),
      request_path: (buffer, capacity) => this.answer(this.request.path, buffer, capacity),
      request_query: (buffer, capacity) => this.answer('', buffer, capacity),
      request_header: () => -1,
      response_status: (status) => { this.response.status = status; },
      response_header: (name, nameLength, value, valueLength) => {
        this.response.headers[this.text(name, nameLength)] = this.text(value, valueLength);
      },
      log: (level, text, length) => { this.response.logs.push({ level, text: this.text(text, length) }); },
      fail: (text, length) => { this.response.reason = this.text(text, length); },
      kv_get: (key, keyLength, buffer, capacity) => {
        const value = this.values.get(this.text(key, keyLength));
        return this.code ?? (value === undefined ? -1 : this.answer(value, buffer, capacity));
      },
      kv_delete: (key, keyLength) => this.code ?? (this.values.delete(this.text(key, keyLength)) ? 0 : -1),
      kv_increment: (key, keyLength, delta, sum) => {
        if (this.code !== undefined) return this.code;
        const name = this.text(key, keyLength);
        const value = BigInt(this.values.get(name) ?? '0') + delta;
        if (BigInt.asIntN(64, value) !== value) return -3;
        this.values.set(name, String(value));
        new DataView(this.bytes(sum, 8).buffer, sum, 8).setBigInt64(0, value, true);
        return 0;
      },
      record_metric: (name, length, value) => { this.response.metrics.push({ name: this.text(name, length), value }); },
    };
    this.request = { method: 'POST', path: '/' };
    this.values = new Map(); // what the key-value store holds
    this.code = undefined; // what it answers instead
    this.clear();
    this.exports = new WebAssembly.Instance(compiled(sample), { leat: host }).exports;
  }

  clear() {
    this.response = { status: 200, headers: {}, logs: [], metrics: [], reason: undefined, body: undefined };
  }

  bytes(pointer, length) {
    const memory = this.exports.memory.buffer;
    if ((pointer >>> 0) + (length >>> 0) > memory.byteLength)
      throw new Error(`the guest named ${length >>> 0} bytes at ${pointer >>> 0} of ${memory.byteLength}`);
    return new Uint8Array(memory, pointer >>> 0, length >>> 0);
  }

  text(pointer, length) {
    return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes(pointer, length));
  }

  answer(value, buffer, capacity) {
    const bytes = Buffer.from(value);
    this.bytes(buffer, Math.min(bytes.length, capacity)).set(bytes.subarray(0, capacity));
    return bytes.length;
  }

  put(bytes) {
    const pointer = this.exports.allocate(bytes.length);
    if (pointer === 0) throw new Error(`allocate(${bytes.length}) has no memory`);
    this.bytes(pointer, bytes.length).set(bytes);
    return pointer;
  }

  init(config) {
    this.clear();
    const bytes = Buffer.from(typeof config === 'string' ? config : JSON.stringify(config));
    return this.exports.init(this.put(bytes), bytes.length) !== 0;
  }

  packed(result) {
    const value = BigInt.asUintN(64, result);
    return this.bytes(Number(value >> 32n), Number(value & 0xffffffffn)).slice();
  }

  handle(body) {
    this.clear();
    const result = this.exports.handle(this.put(body), body.length);
    if (result !== -1n) this.response.body = this.packed(result);
    return this.response;
  }

  processEvent(body) {
    this.clear();
    const input = this.put(body);
    const result = this.exports.process_event(input, body.length);
    if (result !== 0n) {
      this.response.body = this.packed(result);
      const output = BigInt.asUintN(64, result);
      this.exports.free(Number(output >> 32n), Number(output & 0xffffffffn));
    }
    this.exports.free(input, body.length);
    return this.response;
  }
}

/** The pairs of a sample's testdata: {name, input, expected, kind, config}. */
function cases(sample) {
  const directory = join(here, sample, 'testdata');
  const files = readdirSync(directory).sort();
  return files.filter((file) => file.includes('.in.')).map((file) => {
    const name = file.slice(0, file.indexOf('.in.'));
    const expected = files.find((other) => other.startsWith(name + '.expected.'));
    if (!expected) throw new Error(`${sample}/testdata/${name} has no expected file`);
    const config = join(directory, name + '.config.json');
    return {
      name: `${sample}/${name}`,
      input: readFileSync(join(directory, file)),
      expected: readFileSync(join(directory, expected)),
      kind: expected.endsWith('.problem.json') ? 'problem' : expected.endsWith('.failure.txt') ? 'failure' : 'answer',
      config: existsSync(config) ? readFileSync(config, 'utf8') : undefined,
    };
  });
}

function checkResponse(test, response, contentType, label) {
  const name = `${test.name} ${label}`;
  if (test.kind === 'failure') {
    const said = [response.reason, ...response.logs.filter((l) => l.level === 3).map((l) => l.text)].join('\n');
    check(name, response.body === undefined && said.includes(test.expected.toString().trim()), said);
    return;
  }
  if (!check(name, response.body !== undefined, `the call failed: ${response.reason}`)) return;
  check(name, same(response.body, test.expected), `got ${show(response.body)}\n  instead of ${show(test.expected)}`);
  if (contentType === null) return;
  check(name + ' status', response.status === (test.kind === 'problem' ? 400 : 200), `${response.status}`);
  const type = test.kind === 'problem' ? 'application/problem+json' : contentType;
  check(name + ' content-type', response.headers['content-type'] === type, response.headers['content-type']);
}

/** Each case on an instance of its own, then all of them on one instance that is never put back. */
function runCases(sample, contentType, run = (guest, body) => guest.handle(body)) {
  const config = manifestValue(sample, 'config');
  const started = (test) => {
    const guest = new Guest(sample);
    if (guest.exports.init) check(`${test.name} init`, guest.init(test.config ?? config ?? {}), JSON.stringify(guest.response.logs));
    return guest;
  };
  const all = cases(sample);
  check(`${sample} has test data`, all.length > 0);
  for (const test of all) checkResponse(test, run(started(test), test.input), contentType, 'fresh');
  const shared = started({ name: sample });
  for (let round = 0; round < 3; round++)
    for (const test of all)
      if (test.config === undefined) checkResponse(test, run(shared, test.input), contentType, 'shared');
}

// ---- Fuzzing

const seed = Number(process.env.FUZZ_SEED ?? 20240501);
const rounds = Number(process.env.FUZZ_ROUNDS ?? 4000);

class Random {
  constructor(state) { this.state = state >>> 0; }
  next() { // mulberry32
    let z = (this.state = (this.state + 0x6d2b79f5) >>> 0);
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (z ^ (z >>> 14)) >>> 0;
  }
  below(n) { return this.next() % n; }
  one(list) { return list[this.below(list.length)]; }
}

function mutated(random, bytes, alphabet) {
  let out = Buffer.from(bytes);
  for (let n = random.below(4); n >= 0; n--) {
    const at = random.below(out.length + 1);
    switch (random.below(5)) {
      case 0: out = Buffer.concat([out.subarray(0, at), Buffer.from(random.one(alphabet)), out.subarray(at)]); break;
      case 1: out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1 + random.below(4))]); break;
      case 2: if (at < out.length) out[at] = random.below(256); break;
      case 3: out = out.subarray(0, at); break;
      default: { // repeat a part
        const from = random.below(out.length + 1);
        out = Buffer.concat([out.subarray(0, at), out.subarray(from, from + random.below(40)), out.subarray(at)]);
      }
    }
  }
  return out;
}

const jsonAlphabet = ['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0065', '\\ud83d\\ude00', '\\ud800', '\\u', 'null', 'true', 'fals',
  '-', '0', '1', '1e5', '.5', '-0.0E+10', '12345678901234567890', ' ', '\t', '\r\n', '\u0000', '\u001f', 'é', '€', '😀',
  '"email"', '"email":', '"ssn":{', '"e\\u006dail":1', 'ï»¿', '/**/'];

function randomJson(random, depth = 0) {
  const space = () => random.one(['', '', '', ' ', '\n  ', '\r\n\t']);
  const string = () => {
    let text = '';
    for (let n = random.below(8); n > 0; n--) text += random.one(['a', 'email', ' ', '\\"', '\\\\', '\\u0000', '\\n', 'é', '😀', '\\ud83d\\ude00', '\\/', '\u007f', '\\udc00']);
    return `"${text}"`;
  };
  switch (random.below(depth > 5 ? 5 : 8)) {
    case 0: return string();
    case 1: return random.one(['0', '-0', '1.50', '1e400', '123456789012345678901234567890', '-1.0E-7', '0.1']);
    case 2: return 'null';
    case 3: return 'true';
    case 4: return 'false';
    case 5: {
      const items = [];
      for (let n = random.below(5); n > 0; n--) items.push(space() + randomJson(random, depth + 1) + space());
      return `[${items.join(',') || space()}]`;
    }
    default: {
      const items = [];
      for (let n = random.below(5); n > 0; n--) {
        const key = random.one([string(), '"email"', '"phone"', '"ssn"', '"Email"', '"\\u0065mail"', '"s\\u0073n"', '""', '"name"']);
        items.push(space() + key + space() + ':' + space() + randomJson(random, depth + 1) + space());
      }
      return `{${items.join(',') || space()}}`;
    }
  }
}

function jsonDepth(value) {
  if (value === null || typeof value !== 'object') return 0;
  let deepest = 0;
  for (const item of Object.values(value)) deepest = Math.max(deepest, jsonDepth(item));
  return deepest + 1;
}

/** What Node says of the bytes: {value} or undefined when they are not JSON or are nested too deep. */
function oracle(bytes) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return jsonDepth(value) > 512 ? undefined : { value };
  } catch {
    return undefined;
  }
}

function fuzzJson(sample, guest, expect) {
  const random = new Random(seed);
  const corpus = cases(sample).map((test) => test.input).filter((input) => input.length < 5000);
  for (let round = 0; round < rounds; round++) {
    const base = random.below(3) === 0 ? random.one(corpus) : Buffer.from(randomJson(random));
    const body = random.below(4) === 0 ? Buffer.from(base) : mutated(random, base, jsonAlphabet);
    const name = `${sample} fuzz seed=${seed} round=${round} body=${show(body)}`;
    let response;
    try {
      response = guest.handle(body);
    } catch (error) {
      check(name, false, String(error));
      continue;
    }
    const valid = oracle(body);
    if (!check(name, response.body !== undefined, response.reason)) continue;
    if (valid === undefined) {
      const problem = oracle(response.body)?.value;
      check(name, response.status === 400 && problem?.status === 400 && problem.offset >= 0 && problem.offset <= body.length,
        `status ${response.status}, ${show(response.body)}`);
    } else {
      check(name, response.status === 200 && expect(body, valid.value, response.body), `status ${response.status}, ${show(response.body)}`);
    }
  }
}

// ---- Samples

function masked(value, fields, mask) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, fields, mask));
  return Object.fromEntries(Object.entries(value).map(([key, item]) =>
    [key, fields.includes(key) && item !== null ? mask : masked(item, fields, mask)]));
}

const canonical = (value) => JSON.stringify(value);
const minified = (bytes) => Buffer.from(
  Buffer.from(bytes).toString('latin1').replace(/"(?:[^"\\]|\\.)*"|[ \t\r\n]+/g, (part) => (part[0] === '"' ? part : '')), 'latin1');
const nested = (depth, inner = '1') => Buffer.from('['.repeat(depth) + inner + ']'.repeat(depth));

/** The whole contract of each module: what it imports and exports. */
const surfaces = {
  noop: ['', 'allocate handle memory'],
  'mask-pii': ['fail log response_header response_status', 'allocate handle init memory'],
  'echo-json': ['fail response_header response_status', 'allocate handle memory'],
  markdown: ['fail response_header', 'allocate handle memory'],
  'token-transfers': ['log record_metric', 'allocate free memory process_event'],
  counter: ['fail kv_delete kv_get kv_increment request_method request_path response_header response_status', 'allocate handle memory'],
  'word-count': ['environ_get environ_sizes_get fd_read fd_write proc_exit', '_start memory'],
};

function checkSurface(sample) {
  const module = compiled(sample);
  const names = (list) => list.map((item) => item.name);
  const [imports, exports] = surfaces[sample];
  check(`${sample} imports`, names(WebAssembly.Module.imports(module)).sort().join(' ') === imports, names(WebAssembly.Module.imports(module)).join(' '));
  check(`${sample} exports`, names(WebAssembly.Module.exports(module)).sort().join(' ') === exports, names(WebAssembly.Module.exports(module)).join(' '));
  for (const section of ['name', 'producers', 'target_features'])
    check(`${sample} has no ${section} section`, WebAssembly.Module.customSections(module, section).length === 0);
}

const samples = {
  noop() {
    runCases('noop', undefined);
  },

  'mask-pii'() {
    runCases('mask-pii', 'application/json');
    const refused = ['', '{', '[]', '"email"', 'null', '{}', '{"fields_to_mask":"email"}', '{"fields_to_mask":[1]}', '{"fields_to_mask":null}',
      '{"fields_to_mask":[["email"]]}', '{"fields_to_mask":["a"],"mask":1}', '{"fields_to_mask":["a"]} x', '{"fields_to_mask":["a"}',
      `{"fields_to_mask":["${'x'.repeat(1025)}"]}`, JSON.stringify({ fields_to_mask: Array(257).fill('a') })];
    for (const config of refused) {
      const guest = new Guest('mask-pii');
      check(`mask-pii refuses ${config.slice(0, 60)}`, !guest.init(config) && guest.response.logs.some((l) => l.level === 3));
      check('mask-pii fails when it was refused', guest.handle(Buffer.from('{"a":1}')).body === undefined);
    }
    check('mask-pii fails unconfigured', new Guest('mask-pii').handle(Buffer.from('{}')).body === undefined);

    const many = { fields_to_mask: Array.from({ length: 256 }, (_, i) => 'field' + i) };
    const manyGuest = new Guest('mask-pii');
    check('mask-pii takes 256 names', manyGuest.init(many));
    check('mask-pii masks the last of 256', same(manyGuest.handle(Buffer.from('{"field255":1,"field256":1}')).body, Buffer.from('{"field255":"***","field256":1}')));

    const config = { fields_to_mask: ['email', 'phone', 'ssn'] };
    const guest = new Guest('mask-pii');
    check('mask-pii init', guest.init(config));
    for (const [depth, status] of [[511, 200], [512, 200], [513, 400], [100000, 400]])
      check(`mask-pii depth ${depth}`, guest.handle(nested(depth)).status === status);
    check('mask-pii depth inside a masked value', guest.handle(Buffer.from(`{"ssn":${nested(512)}}`)).status === 400);

    const row = '{"id":12345,"name":"Zoë","email":"zoe@example.org","tags":["a","b"],"contact":{"phone":"+41 44 000 00 00"}}';
    const large = Buffer.from('[' + Array(Math.floor(MIB / (row.length + 2))).fill(row).join(',') + ']');
    const small = row.replace('zoe@example.org', '***').replace('+41 44 000 00 00', '***');
    const answer = guest.handle(large);
    check('mask-pii 1 MiB', same(answer.body, Buffer.from(large.toString().replaceAll(row, small))));
    const growing = Buffer.from('[' + Array(130000).fill('{"ssn":0}').join(',') + ']'); // grows from 1.2 to 1.7 MiB
    check('mask-pii 1 MiB that grows', same(guest.handle(growing).body, Buffer.from(growing.toString().replaceAll('0', '"***"'))));
    check('mask-pii memory of a large body', guest.exports.memory.buffer.byteLength <= 8 * MIB, `${guest.exports.memory.buffer.byteLength}`);

    fuzzJson('mask-pii', guest, (body, value, output) => {
      const want = masked(value, config.fields_to_mask, '***');
      if (!/\\|"(email|phone|ssn)"/.test(body.toString('latin1'))) return same(body, output);
      return canonical(oracle(output)?.value) === canonical(want);
    });
  },
};

samples['echo-json'] = () => {
  runCases('echo-json', 'application/json');
  const guest = new Guest('echo-json');
  for (const [depth, status] of [[511, 200], [512, 200], [513, 400], [100000, 400]])
    check(`echo-json depth ${depth}`, guest.handle(nested(depth)).status === status);
  const order = cases('echo-json').find((test) => test.name.endsWith('/order-1k'));
  check('echo-json order-1k has about 1 KB', Math.abs(order.input.length - 1024) < 400, `${order.input.length}`);
  const count = Math.floor(MIB / (order.input.length + 2));
  const large = Buffer.from(`[${Array(count).fill(order.input).join(' ,')}]`);
  check('echo-json 1 MiB', same(guest.handle(large).body, Buffer.from(`[${Array(count).fill(order.expected).join(',')}]`)));
  fuzzJson('echo-json', guest, (body, value, output) => same(output, minified(body)));
};

/** Why HTML is not what the markdown sample may write: other tags or attributes, other nesting, other targets. */
function unsafeHtml(html) {
  const open = [];
  const attributes = { a: /^ href="([^"<>]*)"( title="[^"<>]*")?$/, img: /^ src="([^"<>]*)" alt="[^"<>]*"( title="[^"<>]*")? \/$/, ol: /^( start="\d+")?$/, code: /^( class="language-[^"<>]*")?$/, br: /^ \/$/, hr: /^ \/$/ };
  const names = /^(p|h[1-6]|ul|ol|li|blockquote|pre|code|em|strong|a|img|br|hr)$/;
  if (/&(?!(amp|lt|gt|quot);)/.test(html)) return 'a bare &';
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(html)) return 'a control character';
  let left = html;
  while (left.includes('<') || left.includes('>')) {
    const tag = left.match(/^[^<>]*<(\/?)([a-z0-9]+)([^<>]*)>/);
    if (!tag || !names.test(tag[2])) return `no tag: ${left.slice(0, 60)}`;
    left = left.slice(tag[0].length);
    if (tag[1] === '/') {
      if (tag[3] !== '' || open.pop() !== tag[2]) return `wrong nesting at </${tag[2]}>`;
      continue;
    }
    const matched = tag[3].match(attributes[tag[2]] ?? /^$/);
    if (!matched) return `attributes of ${tag[0]}`;
    if (tag[2] === 'a' && open.includes('a')) return 'a link in a link';
    if (tag[2] === 'a' || tag[2] === 'img') {
      const scheme = matched[1].replaceAll('&amp;', '&').match(/^[^/?#]*?:/);
      if (scheme && !/^(https?|mailto|tel):$/i.test(scheme[0])) return `scheme ${scheme[0]}`;
    }
    if (!['img', 'br', 'hr'].includes(tag[2])) open.push(tag[2]);
  }
  return open.length > 0 ? `open: ${open}` : undefined;
}

samples.markdown = () => {
  const type = 'text/html; charset=utf-8';
  runCases('markdown', type);
  const guest = new Guest('markdown');
  const html = (text) => Buffer.from(guest.handle(Buffer.from(text)).body ?? '').toString();
  const corpus = cases('markdown').map((test) => test.input);
  const alphabet = ['*', '**', '_', '__', '`', '``', '```\n', '~~~\n', '[', ']', '(', ')', '](/u)', '](javascript:x)', '![', '<', '>', '<http://a>', '<b>',
    '"', "'", '\\', '\\\n', '# ', '> ', '- ', '+ ', '1. ', '2) ', '\t', '    ', '  ', ' ', '\n', '\n\n', '\r\n', '\r', '***\n', '&', '&#58;', ':', 'a', 'b ', 'é', '😀',
    '\u0000', '\u0001', '\u0006', '\u0007', '\u000b', '\u000c', '\u000e', '\u000f', '\u0010', '\u0011'];
  const random = new Random(seed);
  for (let round = 0; round < rounds; round++) {
    const made = Buffer.from(Array.from({ length: random.below(40) }, () => random.one(alphabet)).join(''));
    const body = random.below(2) === 0 ? made : mutated(random, random.one(corpus), alphabet);
    const name = `markdown fuzz seed=${seed} round=${round} body=${show(body)}`;
    try {
      const response = guest.handle(body);
      const output = new TextDecoder('utf-8', { fatal: true }).decode(response.body);
      const problem = unsafeHtml(output);
      check(name, problem === undefined && response.headers['content-type'] === type, `${problem} in ${output}`);
    } catch (error) {
      check(name, false, String(error));
    }
  }

  // Twice the input must take about twice the time; a quadratic parser would take far longer than the bound.
  const size = 500000;
  const repeated = ['[', ']', '![', '*a ', '_a', '**a*', '`', '` `` ``` ', '> ', '- ', '* a\n', '-\n', '[a](', '[a](b', '[a](<b', '[a](b "', '[a](b)', '![a](b)',
    '\\', '<', '<http:', ' ', '\t', '\n', '# a\n', '```\n', '(', '1. ', '\u0000', '&', 'a  \n'];
  const shapes = repeated.map((part) => [part, part.repeat(size / part.length)]);
  shapes.push(['nested images', '!['.repeat(size / 6) + '](b)'.repeat(size / 6)], ['nested emphasis', '*a '.repeat(size / 6) + 'a* '.repeat(size / 6)],
    ['deep list', '- '.repeat(40) + 'a\n' + '\n'.repeat(size)], ['lazy quote', '> '.repeat(60) + 'a\n' + 'b\n'.repeat(size / 2)]);
  for (const [name, text] of shapes) {
    const started = process.hrtime.bigint();
    const fresh = new Guest('markdown');
    const response = fresh.handle(Buffer.from(text));
    const millis = Number(process.hrtime.bigint() - started) / 1e6;
    check(`markdown ${JSON.stringify(name)} answers or says why not`, response.body !== undefined || /memory/.test(response.reason), response.reason);
    check(`markdown ${JSON.stringify(name)} in linear time`, millis < 2000, `${millis} ms`);
  }

  const page = cases('markdown').find((test) => test.name.endsWith('/page'));
  const count = Math.floor(MIB / page.input.length);
  check('markdown 1 MiB', html(page.input.toString().repeat(count)) === page.expected.toString().repeat(count));
  check('markdown memory', guest.exports.memory.buffer.byteLength <= 32 * MIB, `${guest.exports.memory.buffer.byteLength}`);
};

samples.counter = () => {
  const guest = new Guest('counter');
  const call = (method, path, body = '') => {
    guest.request = { method, path };
    const { status, body: answer } = guest.handle(Buffer.from(body));
    return `${status} ${Buffer.from(answer)}`.trim();
  };
  const expect = (name, got, want) => check(`counter ${name}`, got === want, got);

  expect('nothing yet', call('GET', '/a'), '200 {"count":0}');
  expect('adds one', call('POST', '/a'), '200 {"count":1}');
  expect('adds more', call('POST', '/a', '41'), '200 {"count":42}');
  expect('adds less', call('POST', '/a', '-50'), '200 {"count":-8}');
  expect('reads', call('GET', '/a'), '200 {"count":-8}');
  expect('another name', call('GET', '/b'), '200 {"count":0}');
  expect('begins anew', call('DELETE', '/a'), '200 {"count":0}');
  expect('nothing to begin anew', call('DELETE', '/a'), '200 {"count":0}');
  for (const body of ['x', '1.5', '-', '1234567890', ' 1', '1 '])
    expect(`refuses ${show(body)}`, call('POST', '/a', body).slice(0, 3), '400');
  expect('refuses a long name', call('POST', `/${'n'.repeat(200)}`).slice(0, 3), '414');
  expect('takes the longest name', call('POST', `/${'n'.repeat(199)}`), '200 {"count":1}');
  for (const extreme of ['9223372036854775807', '-9223372036854775808']) {
    guest.values.set('count:/e', extreme);
    expect(`reads ${extreme}`, call('GET', '/e'), `200 {"count":${extreme}}`);
  }
  guest.values.set('count:/e', '9223372036854775807');
  expect('does not overflow', call('POST', '/e').slice(0, 3), '409');
  for (const [code, status] of [[-2, 403], [-3, 409], [-4, 507], [-5, 503], [-6, 503]])
    for (const method of ['GET', 'POST', 'DELETE']) {
      guest.code = code;
      expect(`${method} answered ${code}`, call(method, '/a').slice(0, 3), String(status));
    }
};

samples['token-transfers'] = () => {
  const run = (guest, body) => {
    const response = guest.processEvent(body);
    const levels = response.logs.map((log) => log.level).join();
    check('token-transfers logs one line', levels === (response.body === undefined ? '3' : '1'), JSON.stringify(response.logs));
    const listed = response.body && JSON.parse(Buffer.from(response.body)).data?.token_transfers;
    const metrics = Array.isArray(listed) ? [{ name: 'token_transfers_extracted', value: listed.length }] : [];
    check('token-transfers records its metric', canonical(response.metrics) === canonical(metrics), canonical(response.metrics));
    return response;
  };
  runCases('token-transfers', null, run);

  // Random transactions, with BigInt as the judge of amounts.
  const random = new Random(seed);
  const guest = new Guest('token-transfers');
  const account = () => 'G' + Array.from({ length: 55 }, () => random.one([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'])).join('');
  const asset = () => random.one(['native', `USD:${account()}`, `X:${account()}`, `ABCDE:${account()}`, `ABCDEFGHIJKL:${account()}`]);
  const stroops = () => (BigInt(random.next()) << 32n | BigInt(random.next())) >> BigInt(random.one([1, 1, 5, 20, 40, 60, 63]));
  const units = (amount) => `${amount / 10000000n}.${String(amount % 10000000n).padStart(7, '0')}`;
  const amountMember = (name, amount) => {
    const decimal = random.one([units(amount), units(amount).replace(/\.?0+$/, '')]);
    return random.one([{ [name]: decimal }, { [name + '_stroops']: `${amount}` }, { [name]: decimal, [name + '_stroops']: `${amount}` }]);
  };
  const typeOf = (name) => (name === 'native' ? name : name.indexOf(':') <= 4 ? 'credit_alphanum4' : 'credit_alphanum12');
  for (let round = 0; round < rounds / 4; round++) {
    const source = account();
    const successful = random.below(10) > 0;
    const expected = [];
    const operations = Array.from({ length: random.below(6) }, (_, position) => {
      const [from, to, amount, sent] = [random.one([undefined, account()]), account(), stroops(), stroops()];
      const [one, other] = [asset(), asset()];
      const kind = random.one(['payment', 'create_account', 'path_payment_strict_receive', 'path_payment_strict_send', 'set_options']);
      const transfer = { operation_index: position, operation_type: kind, from: from ?? source, to, asset: one, asset_type: typeOf(one), amount: units(amount), amount_stroops: `${amount}` };
      const operation = { type: kind, source_account: from, destination: to };
      if (kind === 'set_options') return operation;
      if (kind === 'payment') Object.assign(operation, { asset: one }, amountMember('amount', amount));
      if (kind === 'create_account') {
        Object.assign(operation, amountMember('starting_balance', amount));
        Object.assign(transfer, { asset: 'native', asset_type: 'native' });
      }
      if (kind.startsWith('path')) {
        const path = Array.from({ length: random.below(5) }, asset);
        Object.assign(operation, { dest_asset: one, send_asset: other, path }, amountMember('dest_amount', amount), amountMember('send_amount', sent));
        Object.assign(transfer, { source_asset: other, source_asset_type: typeOf(other), source_amount: units(sent), source_amount_stroops: `${sent}`, path });
      }
      expected.push({ ...transfer, transaction_hash: 'abc' });
      return operation;
    });
    const event = { id: 'fuzz', timestamp: round, data: { transaction: { hash: 'abc', source_account: source, successful, operations } }, metadata: { a: 'b' } };
    const body = Buffer.from(JSON.stringify(event));
    const want = { ...event, data: { ...event.data, token_transfers: successful ? expected : [] }, metadata: { a: 'b', processor: 'token-transfers' } };
    const response = run(guest, body);
    const got = response.body && JSON.parse(Buffer.from(response.body));
    check(`token-transfers fuzz seed=${seed} round=${round}`, canonical(got) === canonical(JSON.parse(JSON.stringify(want))), `${body}\n ${canonical(got)} ${canonical(response.logs)}`);
  }

  // Mutated events: no trap, and an answer only to JSON and only in JSON.
  const corpus = cases('token-transfers').map((test) => test.input).filter((input) => input.length < 5000);
  for (let round = 0; round < rounds; round++) {
    const body = mutated(random, random.one(corpus), jsonAlphabet);
    const name = `token-transfers mutated seed=${seed} round=${round} body=${show(body)}`;
    try {
      const response = guest.processEvent(body);
      check(name, response.body === undefined ? response.logs.length === 1 : oracle(body) !== undefined && oracle(response.body) !== undefined);
    } catch (error) {
      check(name, false, String(error));
    }
  }

  const payment = (position) => `{"type":"payment","destination":"${'G'.repeat(56)}","amount":"${position}.0000001"}`;
  const many = Buffer.from(`{"id":"large","timestamp":1,"data":{"transaction":{"source_account":"A","operations":[${Array.from({ length: 9500 }, (_, i) => payment(i)).join()}]}}}`);
  const large = JSON.parse(Buffer.from(run(guest, many).body)).data.token_transfers;
  check('token-transfers 1 MiB', many.length > 1000000 && large.length === 9500 && large[9499].amount_stroops === '94990000001');
  check('token-transfers memory', guest.exports.memory.buffer.byteLength <= 16 * MIB, `${guest.exports.memory.buffer.byteLength}`);
};

async function runCommand(sample, input, environment) {
  const directory = mkdtempSync(join(tmpdir(), 'leat-samples-'));
  const path = (name) => join(directory, name);
  writeFileSync(path('in'), input);
  const files = [openSync(path('in'), 'r'), openSync(path('out'), 'w'), openSync(path('err'), 'w')];
  try {
    const wasi = new WASI({ version: 'preview1', stdin: files[0], stdout: files[1], stderr: files[2], env: environment, returnOnExit: true });
    const instance = new WebAssembly.Instance(compiled(sample), wasi.getImportObject());
    const code = wasi.start(instance);
    return { code, out: readFileSync(path('out')), error: readFileSync(path('err'), 'utf8') };
  } finally {
    files.forEach((file) => closeSync(file));
    rmSync(directory, { recursive: true });
  }
}

samples['word-count'] = async () => {
  const header = 'Content-Type: application/json\r\n\r\n';
  const expectAnswer = (name, result, body) =>
    check(name, result.code === 0 && result.error === '' && same(result.out, Buffer.concat([Buffer.from(header), Buffer.from(body)])), show(result.out));
  for (const test of cases('word-count')) {
    expectAnswer(`${test.name} until the end`, await runCommand('word-count', test.input, {}), test.expected);
    const environment = { CONTENT_LENGTH: `${test.input.length}`, REQUEST_METHOD: 'POST', GATEWAY_INTERFACE: 'CGI/1.1' };
    expectAnswer(`${test.name} with a length`, await runCommand('word-count', Buffer.concat([test.input, Buffer.from('more x\n')]), environment), test.expected);
  }
  const counted = (bytes) => JSON.stringify({
    lines: bytes.filter((byte) => byte === 10).length,
    words: Buffer.from(bytes).toString('latin1').split(/[ \t\n\v\f\r]+/).filter((word) => word !== '').length,
    bytes: bytes.length,
    characters: bytes.filter((byte) => (byte & 0xc0) !== 0x80).length,
  });
  const random = new Random(seed);
  for (let round = 0; round < 50; round++) {
    const body = Buffer.from(Array.from({ length: random.below(40000) }, () => random.one([10, 13, 32, 9, 0x61, 0x62, 0xc3, 0xa9, 0, 0x0b, 0x1f, 0x85])));
    expectAnswer(`word-count fuzz seed=${seed} round=${round}`, await runCommand('word-count', body, {}), counted(body));
  }
  const large = Buffer.alloc(MIB, 'lorem ipsum\n');
  expectAnswer('word-count 1 MiB', await runCommand('word-count', large, {}), counted(large));
  for (const length of ['x', '-1', '1e3', '99999999999999999999', ' 1']) {
    const result = await runCommand('word-count', Buffer.from('a'), { CONTENT_LENGTH: length });
    check(`word-count CONTENT_LENGTH ${length}`, result.code === 1 && result.out.length === 0 && /CONTENT_LENGTH/.test(result.error));
  }
  expectAnswer('word-count CONTENT_LENGTH 0', await runCommand('word-count', Buffer.from('abc'), { CONTENT_LENGTH: '0' }), counted(Buffer.alloc(0)));
};

const only = process.argv.slice(2);
const unknown = only.filter((name) => !samples[name]);
if (unknown.length > 0) {
  console.error(`test.mjs: no sample ${unknown.join(', ')}; there are: ${Object.keys(samples).join(', ')}`);
  process.exit(2);
}
for (const [name, run] of Object.entries(samples)) {
  if (only.length > 0 && !only.includes(name)) continue;
  try {
    checkSurface(name);
    await run();
  } catch (error) {
    check(name, false, error.stack);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
