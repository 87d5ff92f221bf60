// The samples that there are in two languages, against the SDK's host in memory: both must answer the same.
//
//   node --test sdk/samples/sdk.test.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Code, FakeHost } from '../assemblyscript/fake.mjs';

const host = (name) =>
  new FakeHost(readFileSync(new URL(`${name}/${name.replaceAll('-', '_')}.wasm`, import.meta.url)));
const order = (customer) => JSON.stringify({ order: 1, customer });
const transfer = (from, to, cents) => JSON.stringify({ from, to, cents });

for (const name of ['counter', 'counter-rust']) {
  test(`${name} counts by path`, () => {
    const of = host(name);
    assert.equal(of.call('', { path: '/a' }).text, '{"count":1}');
    assert.equal(of.call('-5', { path: '/a' }).text, '{"count":-4}');
    assert.equal(of.call('', { path: '/b', method: 'GET' }).text, '{"count":0}');
    assert.equal(of.call('1.5', { path: '/a' }).status, 400);
    assert.equal(of.call('', { path: '/a', method: 'DELETE' }).text, '{"count":0}');
    assert.equal(of.call('', { path: `/${'a'.repeat(200)}` }).status, 414);
    of.setValue('count:/x', 'no number');
    assert.equal(of.call('', { path: '/x' }).status, 409);
    for (const [code, status] of [[Code.DENIED, 403], [Code.QUOTA, 507], [Code.TIMEOUT, 503]]) {
      of.answer('kv_', code);
      assert.equal(of.call('', { path: '/a' }).status, status);
    }
  });
}

for (const name of ['enrich', 'enrich-as']) {
  const begin = () => {
    const of = host(name);
    of.config = { base_url: 'https://customers.example.com', cache_seconds: 60 };
    of.http['GET https://customers.example.com/customers/7'] = { body: '{"id":7,"name":"Ada"}' };
    return of;
  };

  test(`${name} asks once, and remembers`, () => {
    const of = begin();
    const first = of.call(order(7));
    const second = of.call(order('7'));
    assert.equal(first.text, '{"order":1,"customer":{"id":7,"name":"Ada"}}');
    assert.equal(first.headers['content-type'], 'application/json');
    assert.equal(second.text, first.text);
    assert.deepEqual([first, second].map((answer) => answer.headers['x-cache']), ['miss', 'hit']);
    assert.equal(of.calls.length, 1);
    of.advance(60);
    assert.equal(of.call(order(7)).headers['x-cache'], 'miss');
  });

  test(`${name} goes on without its cache`, () => {
    const of = begin();
    of.answer('kv_', Code.UNAVAILABLE);
    assert.equal(of.call(order(7)).status, 200);
    assert.equal(of.log.length, 2);
  });

  test(`${name} says what is wrong`, () => {
    const of = begin();
    for (const body of ['', '[]', '{}', order('../7'), order('7?x=1'), order(null)]) {
      const answer = of.call(body);
      assert.equal(answer.status, 400, body);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
    }
    of.http['GET https://customers.example.com/customers/8'] = { status: 404 };
    of.http['GET https://customers.example.com/customers/9'] = { body: 'no JSON' };
    assert.equal(of.call(order(8)).status, 404);
    assert.equal(of.call(order(9)).status, 502);
    assert.equal(of.call(order(10)).status, 502);
    of.answer('http_open', Code.DENIED);
    assert.match(of.call(order(7)).text, /http\.allow/);
  });
}

for (const name of ['ledger', 'ledger-as']) {
  test(`${name} moves in one transaction`, () => {
    const of = host(name);
    of.sql = {
      UPDATE: { rowsAffected: 1 },
      INSERT: { rowsAffected: 1 },
      'SELECT name': { columns: ['NAME', 'CENTS'], rows: [['ada', 750], ['bob', 250]] },
      'SELECT cents': { columns: ['CENTS'], rows: [[750]] },
    };
    assert.equal(of.call(transfer('ada', 'bob', 250)).text, '{"ada":750,"bob":250}');
    assert.deepEqual(of.calls, [
      'sql_begin',
      'sql_execute UPDATE accounts SET cents = cents - ? WHERE name = ? AND cents >= ? [250,"ada",250]',
      'sql_execute UPDATE accounts SET cents = cents + ? WHERE name = ? [250,"bob"]',
      'sql_execute INSERT INTO transfers (from_account, to_account, cents) VALUES (?, ?, ?) ["ada","bob",250]',
      'sql_query SELECT name, cents FROM accounts WHERE name IN (?, ?) ["ada","bob"]',
      'sql_commit']);
    assert.equal(of.call('', { method: 'GET', path: '/ada' }).text, '{"account":"ada","cents":750}');
  });

  test(`${name} undoes what it cannot do whole`, () => {
    const of = host(name);
    assert.equal(of.call(transfer('ada', 'bob', 250)).status, 409);
    of.sql['UPDATE accounts SET cents = cents -'] = { rowsAffected: 1 };
    assert.equal(of.call(transfer('ada', 'nobody', 250)).status, 404);
    of.answer('sql_execute', Code.TIMEOUT);
    assert.equal(of.call(transfer('ada', 'bob', 250)).status, 503);
    assert.equal(of.calls.filter((call) => call === 'sql_rollback').length, 3);
    assert.ok(!of.calls.includes('sql_commit'));
  });

  test(`${name} refuses what is no transfer`, () => {
    const of = host(name);
    for (const body of ['', '{}', transfer('a', 'a', 1), transfer('a', 'b', 0), transfer('a', 'b', 1.5),
      transfer('a', 'b', 1e12), transfer(1, 'b', 1)]) {
      assert.equal(of.call(body).status, 400, body);
    }
    assert.deepEqual(of.calls, []);
  });
}
