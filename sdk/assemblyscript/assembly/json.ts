import { Code, Result } from "./result";

enum Kind {
  NULL,
  BOOL,
  NUMBER,
  STRING,
  ARRAY,
  OBJECT,
}

/** How deeply arrays and objects may be nested. */
const DEPTH_MAX: i32 = 128;

/** JSON (RFC 8259), as much of it as functions need. What is not there is null, so that paths can be followed. */
export class JSON {
  static readonly NULL: JSON = new JSON(Kind.NULL, "");

  private items: JSON[] = [];
  private names: string[] = [];

  /** @param text of a text itself; of a number as it is written, so that no digit is lost */
  private constructor(
    private readonly kind: Kind,
    private readonly text: string,
  ) {}

  /** The value, or null if it is none. */
  static parse(text: string): JSON | null {
    const reader = new Reader(text);
    const value = reader.value(0);
    reader.space();
    return reader.isWrong || !reader.isAtEnd ? null : value;
  }

  /** What a power gave. */
  static of(text: Result<string>): Result<JSON> {
    if (!text.isOk) return new Result<JSON>(text.code, JSON.NULL);
    const value = JSON.parse(text.value);
    return value ? new Result<JSON>(0, value) : new Result<JSON>(Code.INVALID, JSON.NULL);
  }

  /** An array of texts. */
  static texts(text: Result<string>): Result<string[]> {
    const json = JSON.of(text);
    const all: string[] = [];
    if (json.isOk) for (let i = 0; i < json.value.length; i++) all.push(json.value.at(i).asString());
    return new Result<string[]>(json.code, all);
  }

  static str(value: string): JSON {
    return new JSON(Kind.STRING, value);
  }

  static int(value: i64): JSON {
    return new JSON(Kind.NUMBER, value.toString());
  }

  static number(value: f64): JSON {
    return isFinite(value) ? new JSON(Kind.NUMBER, value.toString()) : JSON.NULL;
  }

  /** A number as it is written. */
  static digits(value: string): JSON {
    return new JSON(Kind.NUMBER, value);
  }

  static boolean(value: bool): JSON {
    return new JSON(Kind.BOOL, value ? "true" : "false");
  }

  static array(items: JSON[]): JSON {
    const array = new JSON(Kind.ARRAY, "");
    array.items = items;
    return array;
  }

  /** Without members yet. */
  static object(): JSON {
    return new JSON(Kind.OBJECT, "");
  }

  /** Adds a member to an object, or an element to an array. */
  set(name: string, value: JSON): JSON {
    this.names.push(name);
    this.items.push(value);
    return this;
  }

  push(value: JSON): JSON {
    this.items.push(value);
    return this;
  }

  get isNull(): bool {
    return this.kind == Kind.NULL;
  }

  get isBool(): bool {
    return this.kind == Kind.BOOL;
  }

  get isNumber(): bool {
    return this.kind == Kind.NUMBER;
  }

  get isString(): bool {
    return this.kind == Kind.STRING;
  }

  get isArray(): bool {
    return this.kind == Kind.ARRAY;
  }

  get isObject(): bool {
    return this.kind == Kind.OBJECT;
  }

  /** The member of this name, or null. */
  get(name: string): JSON {
    if (this.kind == Kind.OBJECT) {
      for (let i = 0; i < this.names.length; i++) if (this.names[i] == name) return this.items[i];
    }
    return JSON.NULL;
  }

  /** Elements of an array, members of an object. */
  get length(): i32 {
    return this.items.length;
  }

  /** The name of the member at this place; "" where there is none. */
  name(index: i32): string {
    return index >= 0 && index < this.names.length ? this.names[index] : "";
  }

  /** The element or member at this place, or null. */
  at(index: i32): JSON {
    return index >= 0 && index < this.items.length ? this.items[index] : JSON.NULL;
  }

  asBool(): bool {
    return this.kind == Kind.BOOL && this.text == "true";
  }

  asString(): string {
    return this.kind == Kind.STRING ? this.text : "";
  }

  asInt(): i64 {
    return this.kind == Kind.NUMBER ? I64.parseInt(this.text) : 0;
  }

  asNumber(): f64 {
    return this.kind == Kind.NUMBER ? F64.parseFloat(this.text) : NaN;
  }

  toString(): string {
    switch (this.kind) {
      case Kind.NULL:
        return "null";
      case Kind.STRING:
        return quoted(this.text);
      case Kind.ARRAY: {
        const items: string[] = [];
        for (let i = 0; i < this.items.length; i++) items.push(this.items[i].toString());
        return "[" + items.join(",") + "]";
      }
      case Kind.OBJECT: {
        const members: string[] = [];
        for (let i = 0; i < this.items.length; i++) {
          members.push(quoted(this.names[i]) + ":" + this.items[i].toString());
        }
        return "{" + members.join(",") + "}";
      }
      default:
        return this.text;
    }
  }
}

function quoted(text: string): string {
  let out = '"';
  let written = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit != 0x22 && unit != 0x5c) continue;
    out += text.substring(written, i);
    written = i + 1;
    if (unit == 0x0a) out += "\\n";
    else if (unit >= 0x20) out += "\\" + String.fromCharCode(unit);
    else out += "\\u00" + (unit < 16 ? "0" : "1") + "0123456789abcdef".charAt(unit & 15);
  }
  return out + text.substring(written) + '"';
}

class Reader {
  private at: i32 = 0;
  isWrong: bool = false;

  constructor(private readonly text: string) {}

  get isAtEnd(): bool {
    return this.at >= this.text.length;
  }

  private get next(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private takes(unit: i32): bool {
    if (this.next != unit) return false;
    this.at++;
    return true;
  }

  private wrong(): JSON {
    this.isWrong = true;
    this.at = this.text.length;
    return JSON.NULL;
  }

  space(): void {
    while (this.next == 0x20 || this.next == 0x0a || this.next == 0x0d || this.next == 0x09) this.at++;
  }

  value(depth: i32): JSON {
    this.space();
    const first = this.next;
    if (depth > DEPTH_MAX) return this.wrong();
    if (first == 0x7b) return this.object(depth);
    if (first == 0x5b) return this.array(depth);
    if (first == 0x22) return JSON.str(this.string());
    if (first == 0x2d || (first >= 0x30 && first <= 0x39)) return this.number();
    if (this.word("true")) return JSON.boolean(true);
    if (this.word("false")) return JSON.boolean(false);
    if (this.word("null")) return JSON.NULL;
    return this.wrong();
  }

  private word(word: string): bool {
    if (this.text.substr(this.at, word.length) != word) return false;
    this.at += word.length;
    return true;
  }

  private array(depth: i32): JSON {
    this.at++;
    const array = JSON.array([]);
    this.space();
    if (this.takes(0x5d)) return array;
    while (!this.isWrong) {
      array.push(this.value(depth + 1));
      this.space();
      if (this.takes(0x5d)) return array;
      if (!this.takes(0x2c)) return this.wrong();
    }
    return array;
  }

  private object(depth: i32): JSON {
    this.at++;
    const object = JSON.object();
    this.space();
    if (this.takes(0x7d)) return object;
    while (!this.isWrong) {
      this.space();
      if (this.next != 0x22) return this.wrong();
      const name = this.string();
      this.space();
      if (!this.takes(0x3a)) return this.wrong();
      object.set(name, this.value(depth + 1));
      this.space();
      if (this.takes(0x7d)) return object;
      if (!this.takes(0x2c)) return this.wrong();
    }
    return object;
  }

  private number(): JSON {
    const start = this.at;
    this.takes(0x2d);
    if (!this.takes(0x30) && !this.digits()) return this.wrong();
    if (this.takes(0x2e) && !this.digits()) return this.wrong();
    if (this.takes(0x65) || this.takes(0x45)) {
      if (!this.takes(0x2b)) this.takes(0x2d);
      if (!this.digits()) return this.wrong();
    }
    return JSON.digits(this.text.substring(start, this.at));
  }

  private digits(): bool {
    const start = this.at;
    while (this.next >= 0x30 && this.next <= 0x39) this.at++;
    return this.at > start;
  }

  private string(): string {
    this.at++;
    let out = "";
    while (!this.isWrong) {
      const start = this.at;
      while (this.next >= 0x20 && this.next != 0x22 && this.next != 0x5c) this.at++;
      out += this.text.substring(start, this.at);
      if (this.takes(0x22)) return out;
      if (!this.takes(0x5c)) this.wrong();
      else out += this.escape();
    }
    return "";
  }

  private escape(): string {
    const unit = this.next;
    this.at++;
    switch (unit) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        return String.fromCharCode(unit);
      case 0x62:
        return "\b";
      case 0x66:
        return "\f";
      case 0x6e:
        return "\n";
      case 0x72:
        return "\r";
      case 0x74:
        return "\t";
      case 0x75: {
        let code = 0;
        for (let i = 0; i < 4; i++) {
          const digit = hex(this.next);
          if (digit < 0) {
            this.wrong();
            return "";
          }
          code = (code << 4) | digit;
          this.at++;
        }
        return String.fromCharCode(code);
      }
      default:
        this.wrong();
        return "";
    }
  }
}

function hex(unit: i32): i32 {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const small = unit | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x61 + 10 : -1;
}
