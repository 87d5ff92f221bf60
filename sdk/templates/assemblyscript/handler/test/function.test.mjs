import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FakeHost } from '../leat/fake.mjs';

const wasm = readFileSync(new URL('../{{module}}', import.meta.url));

test('a name is greeted', () => {
  const host = new FakeHost(wasm);
  const answer = host.call('Ada');
  assert.equal(answer.text, 'Hello, Ada!\n');
  assert.equal(answer.status, 200);
  assert.deepEqual(host.log, ['info Ada']);
});

test('nobody is refused', () => {
  assert.match(new FakeHost(wasm).call('').failure, /^The body must be a name\./);
});
