import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeHost } from '../leat/fake.mjs';

const wasm = readFileSync(new URL('../{{module}}', import.meta.url));

test('an event with a name passes', () => {
  const host = new FakeHost(wasm);
  const event = '{"id":"1","data":{"name":"Ada"}}';
  assert.equal(host.call(event).text, event);
  assert.deepEqual(host.metrics, { events: 1 });
});

test('an event without one is refused', () => {
  const host = new FakeHost(wasm);
  assert.notEqual(host.call('{"id":"1","name":"","data":{}}').failure, undefined);
  assert.deepEqual(host.log, ['error The event names nobody.']);
});
