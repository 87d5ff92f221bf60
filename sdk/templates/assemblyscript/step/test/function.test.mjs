import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeHost } from '../leat/fake.mjs';

const wasm = readFileSync(new URL('../{{module}}', import.meta.url));

test('who is named is greeted', () => {
  const host = new FakeHost(wasm);
  const answer = JSON.parse(host.call({ name: 'Ada' }).text);
  assert.deepEqual(answer, { output: { greeting: 'Hello, Ada!' }, next: 'send', errors: [] });
  assert.equal(host.context.greeted, true);
});

test('nobody is refused', () => {
  const host = new FakeHost(wasm);
  assert.notEqual(host.call({}).failure, undefined);
  assert.deepEqual(host.log, ['error The context names nobody.']);
});
