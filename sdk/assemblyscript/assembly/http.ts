// Requests to other servers. Capability: `http`.
import * as host from "./host";
import { bytes, part, Result, ROOM, text, Utf8 } from "./result";

/** A request in the making. */
export class HttpRequest {
  private names: string[] = [];
  private values: string[] = [];
  private content: ArrayBuffer = new ArrayBuffer(0);

  constructor(
    readonly method: string,
    readonly url: string,
  ) {}

  header(name: string, value: string): HttpRequest {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  body(content: ArrayBuffer): HttpRequest {
    this.content = content;
    return this;
  }

  bodyText(content: string): HttpRequest {
    return this.body(String.UTF8.encode(content));
  }

  /** Waits for the answer, be it one of an error of the other server's. */
  send(): Result<HttpResponse> {
    const method = new Utf8(this.method);
    const url = new Utf8(this.url);
    const handle = host.http_open(method.pointer, method.length, url.pointer, url.length);
    const response = new HttpResponse(handle, 0);
    if (handle < 0) return new Result<HttpResponse>(handle, response);
    for (let i = 0; i < this.names.length; i++) {
      const name = new Utf8(this.names[i]);
      const value = new Utf8(this.values[i]);
      const code = host.http_header(handle, name.pointer, name.length, value.pointer, value.length);
      if (code < 0) return response.left(code);
    }
    const status = host.http_send(handle, changetype<usize>(this.content), this.content.byteLength);
    if (status < 0) return response.left(status);
    return new Result<HttpResponse>(0, new HttpResponse(handle, status));
  }
}

/** What another server answered. The host keeps it until it is closed or the call ends. */
export class HttpResponse {
  constructor(
    private readonly handle: i32,
    readonly status: i32,
  ) {}

  /** Whether the status is 200 to 299. */
  get isOk(): bool {
    return this.status >= 200 && this.status < 300;
  }

  header(field: string): Result<string> {
    const name = new Utf8(field);
    let buffer = new ArrayBuffer(ROOM);
    let length = host.http_response_header(
      this.handle, name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength,
    );
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = host.http_response_header(
        this.handle, name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength,
      );
    }
    return text(bytes(length, buffer));
  }

  body(): ArrayBuffer {
    let buffer = new ArrayBuffer(4096);
    let length = host.http_response_body(this.handle, changetype<usize>(buffer), buffer.byteLength);
    if (length > buffer.byteLength) {
      buffer = new ArrayBuffer(length);
      length = host.http_response_body(this.handle, changetype<usize>(buffer), buffer.byteLength);
    }
    return part(buffer, max(length, 0));
  }

  text(): string {
    return String.UTF8.decode(this.body());
  }

  close(): void {
    host.http_close(this.handle);
  }

  /** Closed, and what is told instead. */
  left(code: i32): Result<HttpResponse> {
    this.close();
    return new Result<HttpResponse>(code, this);
  }
}

export function get(url: string): HttpRequest {
  return new HttpRequest("GET", url);
}

export function post(url: string, body: string): HttpRequest {
  return new HttpRequest("POST", url).bodyText(body);
}

/** Whether the function may send such a request. */
export function isAllowed(method: string, url: string): bool {
  const name = new Utf8(method);
  const target = new Utf8(url);
  return host.http_is_allowed(name.pointer, name.length, target.pointer, target.length) > 0;
}
