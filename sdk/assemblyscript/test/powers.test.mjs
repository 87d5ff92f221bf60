// The package against its fake host:  npm test
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Code, FakeHost } from '../fake.mjs';

const wasm = readFileSync(process.env.LEAT_POWERS_WASM ?? new URL('powers.wasm', import.meta.url));
const stepWasm = readFileSync(process.env.LEAT_STEP_WASM ?? new URL('step.wasm', import.meta.url));
const ask = (host, path, body = '', more = {}) => host.call(body, { path, ...more });

test('a handler is answered as it says', () => {
  const answer = ask(new FakeHost(wasm), '/echo', 'body', { method: 'PUT', query: 'q=1', headers: { 'x-name': 'Ada' } });
  assert.equal(answer.text, 'PUT q=1 Ada body');
  assert.equal(answer.status, 201);
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(answer.failure, undefined);
});

test('what is thrown fails the call with its text', () => {
  assert.match(ask(new FakeHost(wasm), '/throw').failure, /^no reason at /);
  assert.match(ask(new FakeHost(wasm), '/kv/value').failure, /it is not there/);
});

test('values are kept, counted, compared, and expire', () => {
  const host = new FakeHost(wasm);
  assert.equal(ask(host, '/kv').text, 'true|true|42|42|true|true|-8|true|-3|a+b|false|true|false|true|100000');
  assert.equal(host.value('a'), '42');
  host.advance(10);
  assert.equal(host.value('a'), undefined);
  host.answer('kv_', Code.QUOTA);
  assert.equal(ask(host, '/kv/refused').text, '-4');
});

test('a value of its own is kept between calls', () => {
  const host = new FakeHost(wasm);
  assert.deepEqual([1, 2, 3].map(() => ask(host, '/state').text), ['none', 'x', 'xx']);
});

test('configuration and secrets are what is there', () => {
  const host = new FakeHost(wasm);
  host.config = { name: 'aé', limit: 12, on: true };
  host.secrets = { key: 's3cret' };
  assert.equal(ask(host, '/config').text, 'aé12true?name+limit+ons3crettrue');
});

test('log and metrics are kept', () => {
  const host = new FakeHost(wasm);
  ask(host, '/log');
  assert.deepEqual(host.log, ['warn careful', 'info sold {"pieces":3,"to":"A\\"b\\n"}']);
  assert.deepEqual(host.metrics, { calls: 5, took: 250 });
});

test('HTTP gives status, header fields and body', () => {
  const host = new FakeHost(wasm);
  assert.equal(ask(host, '/http').text, '-6');
  host.http['GET https://example.com/'] = { status: 404, headers: { ETag: '1' }, body: 'p'.repeat(5000) };
  assert.equal(ask(host, '/http').text, '404false15000');
  assert.deepEqual(host.calls, ['GET https://example.com/', 'GET https://example.com/']);
});

test('SQL reads rows and ends transactions', () => {
  const host = new FakeHost(wasm);
  host.sql.select = { columns: ['id', 'name'], rows: [[7, 'Ada'], [8, null]] };
  host.sql.update = { rowsAffected: 1 };
  assert.equal(ask(host, '/sql').text, '2Adatrue71');
  assert.deepEqual(host.calls, [
    'sql_begin', 'sql_query select id, name from t where id > ? [6]', 'sql_execute update t set n = ? ["x",null]',
    'sql_commit']);
});

test('a step reads and sets its context, and says what comes next', () => {
  const host = new FakeHost(stepWasm);
  assert.deepEqual(JSON.parse(host.call({ order: { id: 7 } }).text), {
    output: { said: [true, 7, -3, true, -6, []] }, next: ['mail', 'bill'], errors: ['late'] });
  assert.deepEqual(host.context, { order: { id: 7 }, seen: true });
  host.http['POST https://example.com/'] = { status: 201, body: 'made' };
  host.sql.select = { columns: ['n'], rows: [[5]] };
  assert.deepEqual(JSON.parse(host.call('{"order":{"id":"a"}}').text).output.said, [true, 'a', -3, true, 'made', [[5]]]);
  assert.deepEqual(host.calls.slice(2), ['POST https://example.com/ {"n":1}', 'db_query select n from t [1]']);
  host.answer('db_query', Code.CONFLICT);
  assert.equal(JSON.parse(host.call({ order: {} }).text).output.said[5], -8);
});

test('a step that fails or throws says why in its log', () => {
  const host = new FakeHost(stepWasm);
  assert.notEqual(host.call({ fails: true }).failure, undefined);
  assert.notEqual(host.call({ throws: true }).failure, undefined);
  assert.match(host.log.join(), /^error no reason at /);
});

test('JSON is read strictly and written as it was', () => {
  const host = new FakeHost(wasm);
  const text = '{"a":[1,-2.50e+3,true,null,"é\\n\\"\\\\"],"b":{}}';
  assert.equal(ask(host, '/json', text).text, text);
  assert.equal(ask(host, '/json', '"\\ud83d\\ude00\\u0041"').text, '"😀A"');
  for (const wrong of ['', '01', '1.', '[1,]', '{"a"}', '{a:1}', '"\n"', '"\\x"', '1 2', 'tru', '"a', '['.repeat(9999)]) {
    assert.equal(ask(host, '/json', wrong).text, 'no JSON', wrong);
  }
});
