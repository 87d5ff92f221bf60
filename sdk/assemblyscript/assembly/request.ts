// The request and the response of a function of contract `handler`.
import * as host from "./host";
import { JSON } from "./json";
import { bytes, isSameName, part, Result, ROOM, text, Utf8 } from "./result";

export class Request {
  constructor(readonly body: ArrayBuffer) {}

  get text(): string {
    return String.UTF8.decode(this.body);
  }

  get method(): string {
    const buffer = new ArrayBuffer(ROOM);
    const length = host.request_method(changetype<usize>(buffer), buffer.byteLength);
    return String.UTF8.decode(part(buffer, min(length, buffer.byteLength)));
  }

  /** What follows the function's name, such as `/orders/7`; "" when nothing does. */
  get path(): string {
    let buffer = new ArrayBuffer(ROOM);
    let length = host.request_path(changetype<usize>(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = host.request_path(changetype<usize>(buffer), buffer.byteLength);
    }
    return String.UTF8.decode(part(buffer, length));
  }

  /** What stands behind the `?`, undecoded; "" without one. */
  get query(): string {
    let buffer = new ArrayBuffer(ROOM);
    let length = host.request_query(changetype<usize>(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = host.request_query(changetype<usize>(buffer), buffer.byteLength);
    }
    return String.UTF8.decode(part(buffer, length));
  }

  /** A header field; absent when the request has none of this name. */
  header(field: string): Result<string> {
    const name = new Utf8(field);
    let buffer = new ArrayBuffer(ROOM);
    let length = host.request_header(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = host.request_header(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
    }
    return text(bytes(length, buffer));
  }
}

export class Response {
  private names: string[] = [];
  private values: string[] = [];
  private code: i32 = 200;

  constructor(readonly body: ArrayBuffer) {}

  static text(body: string): Response {
    return new Response(String.UTF8.encode(body)).header("content-type", "text/plain; charset=utf-8");
  }

  static json(body: JSON): Response {
    return Response.jsonText(body.toString());
  }

  /** JSON that is written already. */
  static jsonText(body: string): Response {
    return new Response(String.UTF8.encode(body)).header("content-type", "application/json");
  }

  status(code: i32): Response {
    this.code = code;
    return this;
  }

  /** Sets a header field, in the place of one of that name. */
  header(name: string, value: string): Response {
    for (let i = 0; i < this.names.length; i++) {
      if (isSameName(this.names[i], name)) {
        this.values[i] = value;
        return this;
      }
    }
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** Tells the host everything but the body. */
  send(): void {
    host.response_status(this.code);
    for (let i = 0; i < this.names.length; i++) {
      const name = new Utf8(this.names[i]);
      const value = new Utf8(this.values[i]);
      host.response_header(name.pointer, name.length, value.pointer, value.length);
    }
  }
}
