/** What a power answers that is no result: docs/guides/capabilities.md, "Answers". */
export enum Code {
  OK = 0,
  ABSENT = -1,
  DENIED = -2,
  INVALID = -3,
  QUOTA = -4,
  TIMEOUT = -5,
  UNAVAILABLE = -6,
  TOO_LARGE = -7,
  CONFLICT = -8,
}

/** A code in words. */
export function words(code: i32): string {
  switch (code) {
    case Code.ABSENT:
      return "it is not there";
    case Code.DENIED:
      return "the manifest, the permissions or the tenant do not allow it";
    case Code.INVALID:
      return "an argument is none that the power takes";
    case Code.QUOTA:
      return "the tenant has used up what it may";
    case Code.TIMEOUT:
      return "it took too long and was given up";
    case Code.UNAVAILABLE:
      return "the host could not do it";
    case Code.TOO_LARGE:
      return "a key, value or body is too long";
    case Code.CONFLICT:
      return "something else is there than was expected";
    default:
      return "the host answered " + code.toString();
  }
}

/**
 * What a power answered: a value, or a code. AssemblyScript cannot catch what is thrown, so whoever can go on without
 * the value looks at `isOk` first; `value` of a result without one ends the call, and says why.
 */
export class Result<T> {
  constructor(
    readonly code: i32,
    private readonly held: T,
  ) {}

  get isOk(): bool {
    return this.code >= 0;
  }

  get isAbsent(): bool {
    return this.code == Code.ABSENT;
  }

  get value(): T {
    if (this.code < 0) throw new Error("A power of the host was refused: " + words(this.code));
    return this.held;
  }

  /** The value, or this one where there is none. */
  or(otherwise: T): T {
    return this.code < 0 ? otherwise : this.held;
  }
}

/** The UTF-8 of a text, whose bytes are handed to the host. */
export class Utf8 {
  readonly buffer: ArrayBuffer;

  constructor(text: string) {
    this.buffer = String.UTF8.encode(text);
  }

  @inline get pointer(): usize {
    return changetype<usize>(this.buffer);
  }

  @inline get length(): i32 {
    return this.buffer.byteLength;
  }
}

export function done(code: i32): Result<bool> {
  return new Result<bool>(code, code >= 0);
}

/** Whether something was there, where absent is an answer. */
export function found(code: i32): Result<bool> {
  return code == Code.ABSENT ? new Result<bool>(0, false) : new Result<bool>(code, true);
}

/** How long a first buffer is; what is longer is asked for again. */
export const ROOM: i32 = 256;

/** The first bytes of a buffer that was filled. */
export function part(buffer: ArrayBuffer, length: i32): ArrayBuffer {
  return buffer.byteLength == length ? buffer : buffer.slice(0, length);
}

export function bytes(code: i32, buffer: ArrayBuffer): Result<ArrayBuffer> {
  return new Result<ArrayBuffer>(code < 0 ? code : 0, code < 0 ? buffer : part(buffer, code));
}

export function text(result: Result<ArrayBuffer>): Result<string> {
  return new Result<string>(result.code, result.isOk ? String.UTF8.decode(result.value) : "");
}

/** Whether two names are the same but for the case of ASCII letters. */
export function isSameName(one: string, other: string): bool {
  if (one.length != other.length) return false;
  for (let i = 0; i < one.length; i++) {
    const a = one.charCodeAt(i);
    const b = other.charCodeAt(i);
    const isLetter = (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7a;
    if (a != b && !(isLetter && (a ^ b) == 0x20)) return false;
  }
  return true;
}
