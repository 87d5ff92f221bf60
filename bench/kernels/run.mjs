// Runs one kernel on V8: each line on standard input is a number of times, each answer "nanoseconds checksum".
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => 0;
}
const { run } = new WebAssembly.Instance(module, imports).exports;
for await (const line of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint();
  const checksum = run(Number(line));
  console.log(`${process.hrtime.bigint() - start} ${checksum}`);
}
