// Statements to the database that the manifest names. Capability: `database`.
import * as host from "./host";
import { JSON } from "./json";
import { bytes, done, isSameName, Result, text, Utf8 } from "./result";

/** What a statement gave. */
export class Rows {
  constructor(private readonly result: JSON) {}

  get length(): i32 {
    return this.result.get("rows").length;
  }

  get affected(): i64 {
    const count = this.result.get("rowsAffected");
    return count.isNumber ? count.asInt() : 0;
  }

  /** The value of a row in this column; null where there is none. */
  at(row: i32, column: i32): JSON {
    return this.result.get("rows").at(row).at(column);
  }

  /** The same by the column's name. */
  value(row: i32, column: string): JSON {
    const columns = this.result.get("columns");
    for (let i = 0; i < columns.length; i++) {
      if (isSameName(columns.at(i).asString(), column)) return this.at(row, i);
    }
    return JSON.NULL;
  }
}

/** Reads. Each `?` of the statement stands for a parameter: `query("select n from t where id = ?", [JSON.int(7)])`. */
export function query(statement: string, parameters: JSON[] = []): Result<Rows> {
  const sql = new Utf8(statement);
  const json = new Utf8(JSON.array(parameters).toString());
  return rows(host.sql_query(sql.pointer, sql.length, json.pointer, json.length));
}

/** Changes; how many rows it changed is in the result. */
export function execute(statement: string, parameters: JSON[] = []): Result<Rows> {
  const sql = new Utf8(statement);
  const json = new Utf8(JSON.array(parameters).toString());
  return rows(host.sql_execute(sql.pointer, sql.length, json.pointer, json.length));
}

/** Begins a transaction. There is one at a time; what is not committed when the call ends is rolled back. */
export function begin(): Result<bool> {
  return done(host.sql_begin());
}

export function commit(): Result<bool> {
  return done(host.sql_commit());
}

export function rollback(): Result<bool> {
  return done(host.sql_rollback());
}

/** Whether the function may run such a statement. */
export function isAllowed(statement: string): bool {
  const sql = new Utf8(statement);
  return host.sql_is_allowed(sql.pointer, sql.length) > 0;
}

function rows(handle: i32): Result<Rows> {
  if (handle < 0) return new Result<Rows>(handle, new Rows(JSON.NULL));
  let buffer = new ArrayBuffer(4096);
  let length = host.sql_result(handle, changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.sql_result(handle, changetype<usize>(buffer), buffer.byteLength);
  }
  host.sql_close(handle);
  const json = JSON.of(text(bytes(length, buffer)));
  return new Result<Rows>(json.code, new Rows(json.isOk ? json.value : JSON.NULL));
}
